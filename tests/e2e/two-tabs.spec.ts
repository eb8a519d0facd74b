import { expect, type Page } from '@playwright/test';

import { addBike, aVisit, customer, platesOf, ticketOf } from '#tests/support/e2e/garage.ts';
import { consumedFrom } from '#tests/support/e2e/ledger.ts';
import { enteredYesterday } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('two tabs of a phone show the same work, and every tap is sent by one of them', async ({
	town,
	newPhone,
}) => {
	const { booking, job, mechanic } = await aVisit(town, customer(123));
	const phone = newPhone();
	await enteredYesterday(phone, mechanic);
	const first = await phone.open('/worker/dashboard');
	const second = await phone.openTab('/worker/dashboard');
	const sent: string[] = [];
	for (const tab of [first, second]) followTaps(tab, sent);
	const inFirst = ticketOf(first, booking.code);
	const inSecond = ticketOf(second, booking.code);

	await test.step('a tap in one shows in the other', async () => {
		await inFirst.getByRole('button', { name: 'Accept' }).click();
		await expect(inSecond.getByText(saying('mark.accepted'))).toBeVisible();
		await expect(inSecond.getByRole('button', { name: 'Accept' })).toBeHidden();
	});

	await test.step('also without network, and then it is sent once', async () => {
		await phone.setOffline(true);
		await inSecond.getByRole('button', { name: 'Bike received' }).click();
		await expect(inFirst.getByText(saying('mark.queued'))).toBeVisible();
		await inFirst.getByRole('button', { name: 'Start' }).click();
		await expect(inSecond.getByText(saying('jobs.working'))).toBeVisible();
		await phone.setOffline(false);

		await expect(first.getByText(saying('pill.allSent'))).toBeVisible();
		await expect(second.getByText(saying('pill.allSent'))).toBeVisible();
		expect(sent).toEqual(['job.accept', 'booking.receive', 'job.start']);
	});

	await test.step('when the tab that listened is closed, the other one hears the news', async () => {
		await first.close();
		const elsewhere = await signIn(town, mechanic);
		await elsewhere.put(`/api/worker/jobs/${job.id}/status`, { status: 'completed' });
		await expect(inSecond.getByText(saying('jobs.readyAt'))).toBeVisible();
	});
});

test('what is done in two tabs at the same moments, without network, arrives once each', async ({
	town,
	newPhone,
}) => {
	const phone = newPhone();
	await enteredYesterday(phone, customer(122));
	const first = await phone.open('/booking/create');
	const second = await phone.openTab('/booking/create');
	const sent: string[] = [];
	for (const tab of [first, second]) followTaps(tab, sent);
	const her = await signIn(town, customer(122));
	const before = await platesOf(her);
	await expect(second.getByText(saying('pill.allSent'))).toBeVisible();

	await phone.setOffline(true);
	const plates = [1001, 1002, 1003].map(
		(number) => [`KA51PA${number}`, `KA51PB${number}`] as const,
	);
	for (const [one, other] of plates)
		await Promise.all([addBike(first, one), addBike(second, other)]);
	for (const tab of [first, second])
		await expect(tab.getByText(saying('pill.offlineWaiting', { count: 6 }))).toBeVisible();
	await phone.setOffline(false);

	await expect(first.getByText(saying('pill.allSent'))).toBeVisible();
	await expect(second.getByText(saying('pill.allSent'))).toBeVisible();
	expect(sent).toEqual(Array.from({ length: 6 }, () => 'vehicle.add'));
	const after = await platesOf(her);
	expect(after.filter((plate) => !before.includes(plate)).sort()).toEqual(plates.flat().sort());
	const consumed = await consumedFrom(town, customer(122));
	expect(consumed.map(({ seq, status }) => [seq, status])).toEqual(
		Array.from({ length: 6 }, (_, index) => [index + 1, 'applied']),
	);
});

/** Names of the mutations that reached the server from this tab. */
function followTaps(page: Page, sent: string[]): void {
	page.on('requestfinished', (request) => {
		if (!request.url().endsWith('/api/sync')) return;
		const { mutations } = request.postDataJSON() as { mutations: { text: string }[] };
		sent.push(...mutations.map(({ text }) => (JSON.parse(text) as { name: string }).name));
	});
}
