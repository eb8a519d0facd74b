import { expect } from '@playwright/test';

import { atWork } from '#tests/support/e2e/at-work.ts';
import { colleaguesOf, customer, eventsOf, visitOf } from '#tests/support/e2e/garage.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { catalogues, saying } from '#tests/support/e2e/words.ts';

test('who worked without network on a job that was given away is told what became of each report, and what to do', async ({
	town,
	newPhone,
}) => {
	const work = await atWork(town, newPhone(), customer(133));
	const { booking, job, mechanic, worker, phone, page, ticket } = work;
	const [colleague = ''] = colleaguesOf(mechanic);
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();

	await phone.setOffline(true);
	await ticket.getByRole('button', { name: 'Bike received' }).click();
	await ticket.getByRole('button', { name: 'Start', exact: true }).click();
	await expect(page.getByText(saying('pill.offlineWaiting', { count: 2 }))).toBeVisible();
	const elsewhere = await signIn(town, mechanic);
	await elsewhere.post(`/api/worker/jobs/${job.id}/decline`, { reason: 'busy' });
	const other = await signIn(town, colleague);
	await other.post(`/api/worker/jobs/${job.id}/accept`);
	const { user } = await other.get<{ user: { name: string } }>('/api/me');
	await phone.setOffline(false);
	await page.getByText(saying('pill.needsYou', { count: 2 })).click();

	const card = (did: 'did.job.start' | 'did.booking.receive') =>
		page
			.getByRole('region', { name: saying('activity.needsYou') })
			.getByRole('listitem')
			.filter({ has: page.getByText(saying(did)) });
	await test.step('his work was not his any more: it is kept, he hears why, and whom to ask', async () => {
		const started = card('did.job.start');
		await expect(started.getByText(saying('mark.kept'))).toBeVisible();
		await expect(started.getByText(booking.code)).toBeVisible();
		await expect(started).toContainText(catalogues.en['activity.kept']);
		await expect(started).toContainText(catalogues.en['why.not_assigned']);
		await expect(started.getByText(saying('next.not_assigned'))).toBeVisible();
	});
	await test.step('the bike is in, but the mechanic is another one', async () => {
		const received = card('did.booking.receive');
		await expect(received.getByText(saying('mark.changed'))).toBeVisible();
		await expect(received.getByText(saying('activity.different'))).toBeVisible();
		const change = { before: worker.name, after: user.name };
		await expect(received.getByText(saying('mark.change', change))).toBeVisible();
		const truth = catalogues.en['bookingStatus.received'];
		await expect(received.getByText(saying('refused.truth', { truth }))).toBeVisible();
	});
	await test.step('it is said until it was read, also after a restart', async () => {
		await phone.close();
		const again = await phone.open('/activity', 'offline');
		const needsHim = again.getByRole('region', { name: saying('activity.needsYou') });
		await expect(needsHim.getByText(saying('mark.kept'))).toBeVisible();
		await phone.setOffline(false);
		await expect(again.getByText(saying('pill.needsYou', { count: 2 }))).toBeVisible();
		const read = needsHim.getByRole('button', { name: saying('dismiss') });
		await read.first().click();
		await expect(read).toHaveCount(1);
		await read.click();
		await expect(again.getByText(saying('pill.allSent'))).toBeVisible();
		const past = again.getByRole('region', { name: saying('activity.past') });
		await expect(past.getByRole('listitem')).toHaveCount(2);
	});
	// The colleague has the bike, and nobody says that work has begun.
	expect(eventsOf(await visitOf(other, booking.id))).toEqual(['booked', 'confirmed', 'received']);
});
