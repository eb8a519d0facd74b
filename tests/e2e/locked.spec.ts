import { expect, type Page } from '@playwright/test';

import { atWork } from '#tests/support/e2e/at-work.ts';
import { shiftClock } from '#tests/support/e2e/clock.ts';
import { customer, eventsOf, ticketOf, visitOf } from '#tests/support/e2e/garage.ts';
import { enterByCode, type Phone } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import type { Town } from '#tests/support/e2e/town.ts';
import { saying } from '#tests/support/e2e/words.ts';

/** A mechanic's phone shows nothing after a week without a word from the shop. */
const eightDaysMs = 8 * 24 * 3_600_000;

test('a phone that heard nothing for too long shows nothing, and opens by itself when it hears', async ({
	town,
	newPhone,
}) => {
	const { code, id, mechanic, page, phone } = await locked(town, newPhone(), customer(127));

	await phone.setOffline(false);
	await expect(ticketOf(page, code).getByText(saying('mark.accepted'))).toBeVisible();
	await expect(page.getByText(saying('standing.locked'))).toBeHidden();
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	expect(await eventsIn(town, mechanic, id)).toEqual(['booked', 'confirmed', 'received']);
});

test('who has to sign in again on a phone that is locked finds his work there, and it goes out', async ({
	town,
	newPhone,
}) => {
	const { code, id, mechanic, page, phone } = await locked(town, newPhone(), customer(128));

	await page.context().clearCookies();
	await phone.setOffline(false);
	await page.goto('/signin');
	await expect(page.getByText(code)).toBeHidden();
	await enterByCode(page, mechanic);
	await expect(ticketOf(page, code).getByText(saying('mark.accepted'))).toBeVisible();
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	expect(await eventsIn(town, mechanic, id)).toEqual(['booked', 'confirmed', 'received']);
});

/** The bike was taken in without network, and then the phone lay in a drawer. */
async function locked(town: Town, phone: Phone, number: string) {
	const { booking, mechanic, page: before, ticket } = await atWork(town, phone, number);
	await expect(before.getByText(saying('pill.allSent'))).toBeVisible();
	await phone.setOffline(true);
	await ticket.getByRole('button', { name: 'Bike received' }).click();
	await expect(ticket.getByText(saying('mark.queued'))).toBeVisible();
	await phone.close();

	const page = await phone.open('about:blank', 'offline');
	await shiftClock(page, eightDaysMs);
	for (const address of ['/activity', '/worker/dashboard']) {
		await page.goto(address);
		await expectLocked(page, booking.code);
	}
	return { code: booking.code, id: booking.id, mechanic, page, phone };
}

async function expectLocked(page: Page, code: string): Promise<void> {
	await expect(page.getByText(saying('standing.locked'))).toBeVisible();
	await expect(page.getByText(saying('standing.lockedWhy'))).toBeVisible();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(saying('signin.title'));
	await expect(page.getByText(code)).toBeHidden();
}

const eventsIn = async (town: Town, phoneNumber: string, bookingId: string) =>
	eventsOf(await visitOf(await signIn(town, phoneNumber), bookingId));
