import { expect } from '@playwright/test';

import { phoneOf } from '#server/demo/cast.ts';
import { addBike, aVisit, customer, platesOf, ticketOf } from '#tests/support/e2e/garage.ts';
import { enterByCode, enteredYesterday, type Phone } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import type { Town } from '#tests/support/e2e/town.ts';
import { tracesOf } from '#tests/support/e2e/traces.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('the next person on a phone finds nothing of the former, whose sealed work goes on when she is back', async ({
	town,
	newPhone,
}) => {
	const { booking, mechanic } = await aVisit(town, customer(124));
	const phone = newPhone();
	const { her, words, visitWords } = await leavesSealed(town, phone, customer(123), 'KA51PC1001');

	await test.step('after its battery fell out, too, and somebody else signs in and works', async () => {
		await phone.kill();
		const next = await phone.open('/signin');
		await expect.poll(() => tracesOf(next, words)).toEqual([]);
		expect(await platesOf(her)).not.toContain('KA51PC1001');
		await enterByCode(next, mechanic);
		const ticket = ticketOf(next, booking.code);
		await ticket.getByRole('button', { name: 'Bike received' }).click();
		await expect(ticket.getByText(saying('mark.accepted'))).toBeVisible();
		// Her bike was at his garage last month: he may have that visit, in his own documents alone. It
		// names the bike and, by a bare id, whose visit it was; her name, number and account it does not.
		const { user } = await (await signIn(town, mechanic)).get<Me>('/api/me');
		const own = new RegExp(`^(?:${visitWords.join('|')}) in [^,]* ${stateOf(user.id)}[^,]*, `);
		const places = await tracesOf(next, words);
		expect(places.filter((place) => !own.test(place))).toEqual([]);
		expect(await platesOf(her)).not.toContain('KA51PC1001');
		await next.getByRole('link', { name: saying('menu.activity') }).click();
		await next.getByRole('button', { name: saying('signOut') }).click();
		await expect(next.getByRole('heading', { level: 1 })).toHaveText(saying('signin.title'));
		await expect.poll(() => tracesOf(next, words)).toEqual([]);
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

const strangers = [
	['a mechanic of another garage', 127, phoneOf(25), 'jobs.title'],
	['a customer of the same one', 131, customer(135), 'home.bookings'],
] as const;
for (const [who, former, next, title] of strangers) {
	test(`on a phone that ${who} uses next there is not one byte of her, nor of her bike`, async ({
		town,
		newPhone,
	}) => {
		const phone = newPhone();
		const plate = `KA51PC${former}1`;
		const { her, words } = await leavesSealed(town, phone, customer(former), plate);
		const page = await phone.open('/signin');
		await phone.setOffline(false);
		await enterByCode(page, next);
		await expect(page.getByRole('heading', { level: 1, name: saying(title) })).toBeVisible();
		await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
		expect(await tracesOf(page, words)).toEqual([]);

		await page.goto('/activity');
		await expect(page.getByText(saying('activity.none'))).toBeVisible();
		await phone.close();
		const again = await phone.open('/');
		await expect(again.getByText(saying('pill.allSent'))).toBeVisible();
		expect(await tracesOf(again, words)).toEqual([]);
		expect(await platesOf(her)).not.toContain(plate);
	});
}

type Me = {
	readonly user: { readonly id: string; readonly name: string };
	readonly roles: readonly { readonly customerId: string | null }[];
};
type Bike = { readonly id: string; readonly registrationNumber: string };

/**
 * She has used this phone, adds a bike without network, and leaves; then nothing of her can be read
 * there. Answers the words that she would be found by, and which of them a former visit bears.
 */
async function leavesSealed(town: Town, phone: Phone, number: string, plate: string) {
	const her = await signIn(town, number);
	const { user, roles } = await her.get<Me>('/api/me');
	const { vehicles } = await her.get<{ vehicles: readonly Bike[] }>('/api/vehicles');
	const bikeWords = vehicles.flatMap(({ id, registrationNumber }) => [id, registrationNumber]);
	const customerIds = roles.flatMap(({ customerId }) => customerId ?? []);
	const words = [user.id, ...customerIds, user.name, number, plate, ...bikeWords];
	expect(words).toHaveLength(7);
	await enteredYesterday(phone, number);
	const page = await phone.open('/booking/create');
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();

	await test.step('she leaves without network, with work that is not sent', async () => {
		await phone.setOffline(true);
		await addBike(page, plate);
		await expect(page.getByText(saying('pill.offlineWaiting', { count: 1 }))).toBeVisible();
		const places = await tracesOf(page, words);
		for (const word of words)
			expect(
				places.some((place) => place.startsWith(word)),
				`${word} is here before`,
			).toBe(true);
		await page.getByRole('link', { name: saying('menu.activity') }).click();
		await page.getByRole('button', { name: saying('signOut') }).click();
		await page.getByRole('button', { name: saying('leave.seal') }).click();
		await expect(page.getByRole('heading', { level: 1 })).toHaveText(saying('signin.title'));
		// Nor by her number as she would type it.
		await expect.poll(() => tracesOf(page, [...words, number.slice(3)])).toEqual([]);
	});
	return { her, words: [...words, number.slice(3)], visitWords: [...bikeWords, ...customerIds] };
}

/** The database with what the shop tells this person. */
const stateOf = (userId: string): string => `\\S*moto-state-v\\d+-${userId}`;
