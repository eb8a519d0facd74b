import { expect } from '@playwright/test';

import { atWork } from '#tests/support/e2e/at-work.ts';
import { customer, eventsOf, visitOf } from '#tests/support/e2e/garage.ts';
import { behindDoor } from '#tests/support/e2e/door.ts';
import { expectEachDoneOnce } from '#tests/support/e2e/fates.ts';
import { consumedFrom } from '#tests/support/e2e/ledger.ts';
import { aPhone } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('taps whose answers are lost on the way, three times in a row, wait in sight and happen once', async ({
	town,
	launchOptions,
	newPhone: _,
}) => {
	let [isTearing, torn] = [false, 0];
	const door = await behindDoor(town, ({ url }) => {
		if (url !== '/api/sync' || !isTearing) return null;
		torn += 1;
		return 'torn';
	});
	const work = await atWork(door, aPhone(door, launchOptions), customer(132));
	const { booking, mechanic, phone, page, ticket } = work;
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	const elsewhere = await signIn(town, mechanic);

	await test.step('the phone says that both wait, although the server has done both', async () => {
		isTearing = true;
		await ticket.getByRole('button', { name: 'Bike received' }).click();
		await ticket.getByRole('button', { name: 'Start', exact: true }).click();
		const waiting = page.getByText(saying('pill.offlineWaiting', { count: 2 }));
		await expect(waiting).toBeVisible();
		await expect.poll(() => torn).toBeGreaterThanOrEqual(3);
		await expect
			.poll(async () => eventsOf(await visitOf(elsewhere, booking.id)))
			.toEqual(['booked', 'confirmed', 'received', 'started']);
		await expect(waiting).toBeVisible();
		await expect(ticket.getByText(saying('mark.queued'))).toBeVisible();
		await expect(ticket.getByText(saying('mark.accepted'))).toBeHidden();
	});

	isTearing = false;
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();

	await expect(ticket.getByText(saying('mark.accepted'))).toBeVisible();
	await page.goto('/activity');
	await expectEachDoneOnce(page, ['did.job.start', 'did.booking.receive']);
	const visit = await visitOf(elsewhere, booking.id);
	expect(eventsOf(visit)).toEqual(['booked', 'confirmed', 'received', 'started']);
	await phone.discard();
	await door.closeDoor();
	const consumed = await consumedFrom(town, mechanic);
	expect(consumed.slice(-2).map(({ name, status }) => [name, status])).toEqual([
		['booking.receive', 'applied'],
		['job.start', 'applied'],
	]);
	expect(new Set(consumed.map(({ id }) => id)).size).toBe(consumed.length);
});
