import { expect, type Page } from '@playwright/test';

import { atWork } from '#tests/support/e2e/at-work.ts';
import { behindDoor } from '#tests/support/e2e/door.ts';
import { expectEachDoneOnce, wholeJob } from '#tests/support/e2e/fates.ts';
import { customer, eventsOf, ticketOf, visitOf } from '#tests/support/e2e/garage.ts';
import { aPhone } from '#tests/support/e2e/phone.ts';
import { releasing } from '#tests/support/e2e/release.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('an app too old to read news says so, sends all the same, and reads on once it is updated', async ({
	town,
	launchOptions,
	newPhone: _,
}) => {
	const shelf = await releasing(town);
	let isOld = false;
	const door = await behindDoor(shelf, ({ url }) =>
		isOld && url?.startsWith('/api/sync') && !url.endsWith('/live') ? withoutNews : null,
	);
	const work = await atWork(door, aPhone(door, launchOptions), customer(139));
	const { booking, job, mechanic, phone, page, ticket } = work;
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	const elsewhere = await signIn(town, mechanic);
	const events = async () => eventsOf(await visitOf(elsewhere, booking.id));
	isOld = true;

	await test.step('what he does arrives, and he is told that he does not see what is new', async () => {
		await elsewhere.post(`/api/worker/jobs/${job.id}/accept`);
		await ticket.getByRole('button', { name: 'Bike received' }).click();
		await expect(page.getByText(saying('standing.outdated'))).toBeVisible();
		await expect(page.getByText(saying('standing.outdatedWhy'))).toBeVisible();
		await expect.poll(events).toEqual(['booked', 'confirmed', 'received']);
		await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	});

	await test.step('what he does without network outlives the phone, and arrives as well', async () => {
		await phone.setOffline(true);
		await ticket.getByRole('button', { name: 'Start', exact: true }).click();
		await ticket.getByRole('button', { name: 'Complete' }).click();
		await expect(page.getByText(saying('pill.offlineWaiting', { count: 2 }))).toBeVisible();
		await phone.close();
	});

	const again = await phone.open('/worker/dashboard', 'offline');
	const his = ticketOf(again, booking.code);
	await expect(his.getByText(saying('jobs.readyAt'))).toBeVisible();
	await phone.setOffline(false);
	await expect.poll(events).toEqual(['booked', 'confirmed', 'received', 'started', 'completed']);
	await expect(again.getByText(saying('standing.outdated'))).toBeVisible();

	await test.step('updated, it knows what became of everything', async () => {
		shelf.release();
		await lookForUpdate(again);
		await expect(again.getByText(saying('updateReady'))).toBeVisible();
		// From the moment its page opens again it is the new app that asks.
		again.once('framenavigated', () => {
			isOld = false;
		});
		await again.getByRole('button', { name: saying('standing.update') }).click();
		await expect(his.getByText(saying('mark.accepted'))).toBeVisible();
		await expect(again.getByText(saying('standing.outdated'))).toBeHidden();
		await again.goto('/activity');
		await expectEachDoneOnce(again, wholeJob.slice(0, 3));
	});
	await phone.discard();
	await door.closeDoor();
	await shelf.closeDoor();
});

/** As the server answers an app whose documents have a shape that it does not tell any more. */
function withoutNews(text: string): string {
	const answer = JSON.parse(text) as object;
	const none = { docs: {}, gone: [], cursors: {}, scopes: { added: [], dropped: [] } };
	return JSON.stringify({ ...answer, ...none, more: false, outdated: true });
}

const lookForUpdate = (page: Page): Promise<void> =>
	page.evaluate(async () => {
		const registration = await navigator.serviceWorker.ready;
		await registration.update();
	});
