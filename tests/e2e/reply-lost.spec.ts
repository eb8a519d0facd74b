import { expect } from '@playwright/test';

import { aVisit, customer, eventsOf, ticketOf, visitOf } from '#tests/support/e2e/garage.ts';
import { behindDoor } from '#tests/support/e2e/door.ts';
import { expectEachDoneOnce } from '#tests/support/e2e/fates.ts';
import { consumedFrom } from '#tests/support/e2e/ledger.ts';
import { aPhone, enteredYesterday } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('taps whose answers are lost on the way, three times in a row, happen once', async ({
	town,
	launchOptions,
	newPhone: _,
}) => {
	const { booking, mechanic } = await aVisit(town, customer(132));
	let toTear = 0;
	const door = await behindDoor(town, ({ url }) => {
		if (url !== '/api/sync' || toTear === 0) return null;
		toTear -= 1;
		return 'torn';
	});
	const phone = aPhone(door, launchOptions);
	await enteredYesterday(phone, mechanic);
	const page = await phone.open('/worker/dashboard');
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	const ticket = ticketOf(page, booking.code);

	toTear = 3;
	await ticket.getByRole('button', { name: 'Bike received' }).click();
	await ticket.getByRole('button', { name: 'Start', exact: true }).click();
	await expect.poll(() => toTear, { timeout: 30_000 }).toBe(0);
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();

	await expect(ticket.getByText(saying('mark.accepted'))).toBeVisible();
	await page.goto('/activity');
	await expectEachDoneOnce(page, ['did.job.start', 'did.booking.receive']);
	const visit = await visitOf(await signIn(town, mechanic), booking.id);
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
