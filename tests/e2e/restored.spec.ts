import { expect } from '@playwright/test';

import { atWork } from '#tests/support/e2e/at-work.ts';
import { customer, eventsOf, visitOf } from '#tests/support/e2e/garage.ts';
import { expectEachDoneOnce, wholeJob } from '#tests/support/e2e/fates.ts';
import { backUp, consumedFrom } from '#tests/support/e2e/ledger.ts';
import { signIn, type Caller } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('a server restored from yesterday gets back from a phone what it had acknowledged since', async ({
	town,
	newPhone,
}) => {
	const { booking, mechanic, phone, page, ticket } = await atWork(town, newPhone(), customer(127));
	await ticket.getByRole('button', { name: 'Accept' }).click();
	await expect(ticket.getByText(saying('mark.accepted'))).toBeVisible();
	const elsewhere = await signIn(town, mechanic);
	const backup = await backUp(town);
	// What the phone gives back must be what it was told is safe: nothing waits here.
	await ticket.getByRole('button', { name: 'Bike received' }).click();
	await ticket.getByRole('button', { name: 'Start', exact: true }).click();
	await expect.poll(() => events(elsewhere, booking.id)).toContain('started');
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	await expect(ticket.getByText(saying('mark.accepted'))).toBeVisible();
	await phone.setOffline(true);
	await ticket.getByRole('button', { name: 'Complete' }).click();
	await expect(page.getByText(saying('pill.offlineWaiting', { count: 1 }))).toBeVisible();

	await backup.restore();
	expect(await events(elsewhere, booking.id)).toEqual(['booked', 'confirmed']);
	await phone.setOffline(false);
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();

	await expect(ticket.getByText(saying('jobs.readyAt'))).toBeVisible();
	await expect(ticket.getByText(saying('mark.accepted'))).toBeVisible();
	expect(await events(elsewhere, booking.id)).toEqual([
		...['booked', 'confirmed', 'received', 'started', 'completed'],
	]);
	await page.goto('/activity');
	await expectEachDoneOnce(page, wholeJob);
	const consumed = await consumedFrom(town, mechanic);
	expect(consumed.slice(-4).map(({ seq, name, status }) => [seq, name, status])).toEqual([
		[1, 'job.accept', 'applied'],
		[2, 'booking.receive', 'applied'],
		[3, 'job.start', 'applied'],
		[4, 'job.complete', 'applied'],
	]);
});

const events = async (caller: Caller, bookingId: string) =>
	eventsOf(await visitOf(caller, bookingId));
