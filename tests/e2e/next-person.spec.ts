import { expect, type Page } from '@playwright/test';

import { addBike, aVisit, customer, platesOf, ticketOf } from '#tests/support/e2e/garage.ts';
import { enterByCode, enteredYesterday } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { tracesOf } from '#tests/support/e2e/traces.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('the next person on a phone finds nothing of the former, whose sealed work goes on when she is back', async ({
	town,
	newPhone,
}) => {
	const { booking, mechanic } = await aVisit(town, customer(124));
	const her = await signIn(town, customer(123));
	const { user } = await her.get<{ user: { id: string; name: string } }>('/api/me');
	const [bike = ''] = await platesOf(her);
	const words = [user.id, user.name, customer(123), customer(123).slice(3), bike, 'KA51PC1001'];
	const phone = newPhone();
	await enteredYesterday(phone, customer(123));
	const page = await phone.open('/booking/create');
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();

	await test.step('she leaves without network, with work that is not sent', async () => {
		await phone.setOffline(true);
		await addBike(page, 'KA51PC1001');
		await expect(page.getByText(saying('pill.offlineWaiting', { count: 1 }))).toBeVisible();
		const places = await tracesOf(page, words);
		for (const word of words.filter((each) => each !== customer(123).slice(3)))
			expect(
				places.some((place) => place.startsWith(word)),
				`${word} is here before`,
			).toBe(true);
		await leaveSealed(page);
		await expect(page.getByRole('heading', { level: 1 })).toHaveText(saying('signin.title'));
		await expect.poll(() => tracesOf(page, words)).toEqual([]);
	});

	await test.step('after its battery fell out, too, and somebody else signs in and works', async () => {
		await phone.kill();
		const next = await phone.open('/signin');
		await expect.poll(() => tracesOf(next, words)).toEqual([]);
		expect(await platesOf(her)).not.toContain('KA51PC1001');
		await enterByCode(next, mechanic);
		const ticket = ticketOf(next, booking.code);
		await ticket.getByRole('button', { name: 'Bike received' }).click();
		await expect(ticket.getByText(saying('mark.accepted'))).toBeVisible();
		// A mechanic's phone may know her bike by a visit of last month.
		const hers = words.filter((each) => each !== bike);
		expect(await tracesOf(next, hers)).toEqual([]);
		expect(await platesOf(her)).not.toContain('KA51PC1001');
		await next.getByRole('link', { name: saying('menu.activity') }).click();
		await next.getByRole('button', { name: saying('signOut') }).click();
		await expect(next.getByRole('heading', { level: 1 })).toHaveText(saying('signin.title'));
	});

	await test.step('she is back, and what she left arrives', async () => {
		const again = await phone.open('/signin');
		await enterByCode(again, customer(123));
		await expect(again.getByText(saying('pill.allSent'))).toBeVisible();
		await expect.poll(() => platesOf(her)).toContain('KA51PC1001');
		await again.goto('/activity');
		const past = again.getByRole('region', { name: saying('activity.past') });
		await expect(past.getByText(saying('did.vehicle.add'))).toBeVisible();
		await expect(past.getByText(saying('mark.accepted'))).toBeVisible();
	});
});

async function leaveSealed(page: Page): Promise<void> {
	await page.getByRole('link', { name: saying('menu.activity') }).click();
	await page.getByRole('button', { name: saying('signOut') }).click();
	await page.getByRole('button', { name: saying('leave.seal') }).click();
}
