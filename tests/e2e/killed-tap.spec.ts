import { expect, type Page } from '@playwright/test';

import { addBike, allBikes, customer, platesOf } from '#tests/support/e2e/garage.ts';
import { enteredYesterday, type Phone } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

const rounds = 10;

test('a browser killed between tap and paint has done it or has not, and never half', async ({
	town,
	newPhone,
}) => {
	const phone = newPhone();
	await enteredYesterday(phone, customer(133));
	const her = await signIn(town, customer(133));
	const before = await platesOf(her);
	const kept: string[] = [];

	const page = () => phone.open('/booking/create', 'offline');
	for (let round = 0, tab = await page(); round < rounds; round += 1) {
		const plate = `KA51PX${1001 + round}`;
		await dieAfterTap(phone, tab, plate, round * 4);
		const waiting = await waitingOn(phone);
		expect([kept.length, kept.length + 1]).toContain(waiting);
		tab = await page();
		const bikes = (await allBikes(tab)).getByRole('radio');
		await expect(bikes).toHaveCount(before.length + waiting);
		if (waiting > kept.length) kept.push(plate);
	}
	console.log(`${kept.length} of ${rounds} taps were on the phone when it died`);

	await phone.setOffline(false);
	const tab = await page();
	await expect(tab.getByText(saying('pill.allSent'))).toBeVisible();
	await addBike(tab, 'KA51PX2000');
	await expect.poll(() => platesOf(her)).toContain('KA51PX2000');
	const after = await platesOf(her);
	expect(after.filter((plate) => !before.includes(plate)).sort()).toEqual([...kept, 'KA51PX2000']);
});

/** Kills the browser so many milliseconds after it has heard the tap. */
async function dieAfterTap(phone: Phone, page: Page, plate: string, ms: number): Promise<void> {
	const step = await allBikes(page);
	await step.getByRole('button', { name: saying('book.addBike') }).click();
	await step.getByLabel(saying('book.plate')).fill(plate);
	const tapped = Promise.withResolvers<void>();
	await page.exposeFunction('tapped', tapped.resolve);
	await page.evaluate(() =>
		addEventListener('click', () => void (window as unknown as Tapped).tapped(), { capture: true }),
	);
	const add = step.getByRole('button', { name: saying('book.add') });
	const cut = add.click({ noWaitAfter: true }).catch(() => undefined);
	await tapped.promise;
	await new Promise((resolve) => setTimeout(resolve, ms));
	await phone.kill();
	await cut;
}
type Tapped = { readonly tapped: () => Promise<void> };

/** How much waits there to be sent, once all that it remembers is shown. */
async function waitingOn(phone: Phone): Promise<number> {
	const page = await phone.open('/activity', 'offline');
	await expect(page.getByText(saying('activity.offline'))).toBeVisible();
	await expect(page.getByText(saying('activity.opening'))).toBeHidden();
	const waiting = page.getByRole('region', { name: saying('activity.waiting') });
	return waiting.getByRole('listitem').count();
}
