import { expect } from '@playwright/test';

import { setClockRight, shiftClock } from '#tests/support/e2e/clock.ts';
import { aVisit, customer, eventsOf, ticketOf, visitOf } from '#tests/support/e2e/garage.ts';
import { expectEachDoneOnce, wholeJob } from '#tests/support/e2e/fates.ts';
import { enteredYesterday } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

const hourMs = 3_600_000;

for (const [name, fastMs, number] of [
	['an hour fast', hourMs, 135],
	['an hour slow', -hourMs, 121],
] as const) {
	test(`work done while the clock was ${name}, and after it was set right, arrives in order`, async ({
		town,
		newPhone,
	}) => {
		const { booking, mechanic } = await aVisit(town, customer(number));
		const begunAt = await timeIn(town);
		const phone = newPhone();
		await enteredYesterday(phone, mechanic);
		// It measures its error while it has network, and does not know that it is mended later.
		const page = await phone.open('about:blank');
		await shiftClock(page, fastMs);
		await page.goto('/worker/dashboard');
		const ticket = ticketOf(page, booking.code);
		await ticket.getByRole('button', { name: 'Accept' }).click();
		await expect(ticket.getByText(saying('mark.accepted'))).toBeVisible();

		await phone.setOffline(true);
		await ticket.getByRole('button', { name: 'Bike received' }).click();
		await expect(ticket.getByText(saying('jobs.receivedAt'))).toBeVisible();
		await setClockRight(page);
		await ticket.getByRole('button', { name: 'Start', exact: true }).click();
		await expect(ticket.getByText(saying('jobs.working'))).toBeVisible();
		await phone.setOffline(false);
		await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
		await ticket.getByRole('button', { name: 'Complete' }).click();
		await expect(ticket.getByText(saying('jobs.readyAt'))).toBeVisible();

		const elsewhere = await signIn(town, mechanic);
		await expect
			.poll(async () => eventsOf(await visitOf(elsewhere, booking.id)))
			.toEqual(['booked', 'confirmed', 'received', 'started', 'completed']);
		const { timeline } = await visitOf(elsewhere, booking.id);
		const times = timeline.map(({ at }) => at);
		expect(times).toEqual([...times].sort());
		// An hour is more than all of this took: nothing was moved by the wrong clock.
		const now = await timeIn(town);
		for (const at of times.slice(2)) {
			expect(Date.parse(at)).toBeGreaterThanOrEqual(begunAt);
			expect(Date.parse(at)).toBeLessThanOrEqual(now);
		}
		await page.goto('/activity');
		await expectEachDoneOnce(page, wholeJob);
	});
}

async function timeIn({ url }: { readonly url: string }): Promise<number> {
	const answer = await fetch(`${url}/api/demo/clock`);
	return Date.parse(((await answer.json()) as { now: string }).now);
}
