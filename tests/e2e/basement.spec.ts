import { expect, type Page, type Route } from '@playwright/test';

import { atWork } from '#tests/support/e2e/at-work.ts';
import { customer, eventsOf, ticketOf, visitOf } from '#tests/support/e2e/garage.ts';
import { expectEachDoneOnce, wholeJob } from '#tests/support/e2e/fates.ts';
import { enterByCode } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import type { Town } from '#tests/support/e2e/town.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('work done while the server is dead outlives the phone, and arrives once', async ({
	town,
	newPhone,
}) => {
	const work = await atWork(town, newPhone(), customer(121));
	const { booking, mechanic, phone, ticket: before } = work;
	await before.getByRole('button', { name: 'Accept' }).click();
	await expect(before.getByText(saying('mark.accepted'))).toBeVisible();

	await town.kill();
	await before.getByRole('button', { name: 'Bike received' }).click();
	await expect(before.getByText(saying('mark.queued'))).toBeVisible();
	await phone.kill();
	const page = await phone.open('/worker/dashboard');
	const ticket = ticketOf(page, booking.code);
	await expect(ticket.getByText(saying('jobs.receivedAt'))).toBeVisible();
	await ticket.getByRole('button', { name: 'Start' }).click();
	await expect(ticket.getByText(saying('jobs.working'))).toBeVisible();
	await expect(page.getByText(saying('pill.offlineWaiting', { count: 2 }))).toBeVisible();
	await town.restart();
	// The next tap takes along what waits: nobody has to sit out the pause between two attempts.
	await ticket.getByRole('button', { name: 'Complete' }).click();

	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	await expect(ticket.getByText(saying('mark.accepted'))).toBeVisible();
	await page.goto('/activity');
	await expectEachDoneOnce(page, wholeJob);
	const visit = await asSeenBy(town, mechanic, booking.id);
	expect(visit.job.status).toBe('completed');
	expect(eventsOf(visit)).toEqual(['booked', 'confirmed', 'received', 'started', 'completed']);
});

test('a tap whose answer died with the server and the phone happened once', async ({
	town,
	newPhone,
}) => {
	const work = await atWork(town, newPhone(), customer(122));
	const { booking, mechanic, phone } = work;
	const receive = work.ticket.getByRole('button', { name: 'Bike received' });
	await dieBeforeAnswering(work.page, town, () => receive.click());

	await phone.kill();
	await town.restart();
	const { timeline } = await asSeenBy(town, mechanic, booking.id);
	const page = await phone.open('/worker/dashboard');

	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	await expect(ticketOf(page, booking.code).getByText(saying('mark.accepted'))).toBeVisible();
	await page.goto('/activity');
	await expectEachDoneOnce(page, ['did.booking.receive']);
	expect(timeline.map(({ event }) => event)).toEqual(['booked', 'confirmed', 'received']);
	expect((await asSeenBy(town, mechanic, booking.id)).timeline).toEqual(timeline);
});

test('work of somebody who has to sign in again is kept until he has', async ({
	town,
	newPhone,
}) => {
	const { booking, mechanic, phone, page, ticket } = await atWork(town, newPhone(), customer(130));
	await expect(ticket).toBeVisible();

	await phone.setOffline(true);
	await ticket.getByRole('button', { name: 'Bike received' }).click();
	await expect(ticket.getByText(saying('mark.queued'))).toBeVisible();
	await page.context().clearCookies();
	await phone.setOffline(false);
	await expect(page.getByText(saying('pill.signIn'))).toBeVisible();
	await page.reload();
	await enterByCode(page, mechanic);

	await expect(ticket.getByText(saying('mark.accepted'))).toBeVisible();
	const visit = await asSeenBy(town, mechanic, booking.id);
	expect(eventsOf(visit)).toEqual(['booked', 'confirmed', 'received']);
});

/** The server performs the tap, and is killed before its answer arrives. */
async function dieBeforeAnswering(page: Page, town: Town, tap: () => Promise<void>): Promise<void> {
	const died = Promise.withResolvers<void>();
	let reached = false;
	const answer = async (route: Route) => {
		const { mutations } = route.request().postDataJSON() as { mutations: unknown[] };
		if (reached) return route.abort();
		if (mutations.length === 0) return route.continue();
		reached = true;
		await route.fetch();
		await town.kill();
		return route.abort();
	};
	await page.route('**/api/sync', async (route) => {
		await answer(route).catch(died.reject);
		if (reached) died.resolve();
	});
	await tap();
	await died.promise;
	await page.unrouteAll({ behavior: 'ignoreErrors' });
}

const asSeenBy = async (town: Town, phoneNumber: string, bookingId: string) =>
	visitOf(await signIn(town, phoneNumber), bookingId);
