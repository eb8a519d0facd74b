import { expect, type Page } from '@playwright/test';

import { aVisit, customer, ticketOf } from '#tests/support/e2e/garage.ts';
import { expectEachDoneOnce } from '#tests/support/e2e/fates.ts';
import { consumedFrom } from '#tests/support/e2e/ledger.ts';
import { enteredYesterday } from '#tests/support/e2e/phone.ts';
import { test } from '#tests/support/e2e/test.ts';
import { catalogues, saying } from '#tests/support/e2e/words.ts';

const { en } = catalogues;

const taps = ['did.job.complete', 'did.job.start', 'did.booking.receive'] as const;

test('a cold phone in a basement, with the server dead, is worked on, and the customer sees it once', async ({
	town,
	newPhone,
}) => {
	const { booking, mechanic } = await aVisit(town, customer(131));
	const hers = newPhone();
	await enteredYesterday(hers, customer(131));
	const her = await hers.open(`/booking/track?id=${booking.id}`);
	await expect(her.getByText(saying('pill.allSent'))).toBeVisible();
	await her.evaluate(() => Object.assign(window, { isTheSamePage: true }));
	const his = newPhone();
	await enteredYesterday(his, mechanic);
	await town.kill();

	await test.step('a phone that was switched off opens at the jobs of today, and takes taps', async () => {
		const page = await his.open('/worker/dashboard', 'offline');
		const ticket = ticketOf(page, booking.code);
		for (const tap of ['Bike received', 'Start', 'Complete'])
			await ticket.getByRole('button', { name: tap, exact: true }).click();
		await expect(ticket.getByText(saying('jobs.readyAt'))).toBeVisible();
		await expect(ticket.getByText(saying('mark.queued'))).toBeVisible();
		await expect(page.getByText(saying('pill.offlineWaiting', { count: 3 }))).toBeVisible();
	});

	await his.kill();
	const page = await his.open('/worker/dashboard', 'offline');

	await test.step('after the battery fell out all of it is still there', async () => {
		await expect(ticketOf(page, booking.code).getByText(saying('jobs.readyAt'))).toBeVisible();
		await expect(page.getByText(saying('pill.offlineWaiting', { count: 3 }))).toBeVisible();
		await page.getByRole('link', { name: saying('menu.activity') }).click();
		const waiting = page.getByRole('region', { name: saying('activity.waiting') });
		await expect(waiting.getByRole('listitem')).toHaveCount(3);
	});

	await test.step('it meets the network, and her page, open all the time, shows it in order', async () => {
		await town.restart();
		await his.setOffline(false);
		await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
		const steps = her.getByRole('region', { name: saying('track.steps') }).getByRole('listitem');
		await expect(steps).toContainText([
			en['track.requested'],
			en['track.confirmed'],
			en['track.received'],
			en['track.started'],
			en['track.completed'],
			en['track.closed'],
		]);
		await expect(steps.nth(4)).toHaveAttribute('aria-current', 'step');
		for (const done of [2, 3, 4]) await expect(steps.nth(done).locator('time')).toHaveCount(1);
		expect(await her.evaluate(() => 'isTheSamePage' in window)).toBe(true);
	});

	await test.step('his phone tells what became of each tap, also after a restart, in both languages', async () => {
		await expectEachDoneOnce(page, taps, 'mark.seenByCustomer');
		await his.kill();
		const again = await his.open('/activity', 'offline');
		await expectEachDoneOnce(again, taps, 'mark.seenByCustomer');
		await inHindi(again);
		await expectEachDoneOnce(again, taps, 'mark.seenByCustomer', 'hi');
	});

	const consumed = await consumedFrom(town, mechanic);
	expect(consumed.slice(-3).map(({ seq, name, status }) => [seq, name, status])).toEqual([
		[1, 'booking.receive', 'applied'],
		[2, 'job.start', 'applied'],
		[3, 'job.complete', 'applied'],
	]);
});

const inHindi = (page: Page): Promise<void> => page.getByRole('button', { name: 'हिन्दी' }).click();
