import { expect, type Page } from '@playwright/test';

import { addBike, customer, platesOf } from '#tests/support/e2e/garage.ts';
import { enteredYesterday } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('a phone whose storage was cleared says how much was not sent, until that was read', async ({
	town,
	newPhone,
}) => {
	const her = await signIn(town, customer(129));
	const phone = newPhone();
	await enteredYesterday(phone, customer(129));
	const page = await phone.open('/booking/create');
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	await addBike(page, 'KA51PD1000');
	await expect.poll(() => platesOf(her)).toContain('KA51PD1000');
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	await town.kill();
	await addBike(page, 'KA51PD1001');
	await addBike(page, 'KA51PD1002');
	await expect(page.getByText(saying('pill.offlineWaiting', { count: 2 }))).toBeVisible();
	await page.goto('about:blank');
	await clearDatabases(page, town.url);

	await page.goto('/');
	const told = page.getByText(saying('storage.lost', { count: 2 }));
	await expect(told).toBeVisible();
	await town.restart();
	await page.goto('/activity');
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	await expect(told).toBeVisible();
	await page.getByRole('button', { name: saying('dismiss') }).click();
	await expect(told).toBeHidden();
	await page.reload();
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	await expect(told).toBeHidden();

	await page.goto('/booking/create');
	await addBike(page, 'KA51PD1001');
	await expect.poll(() => platesOf(her)).toContain('KA51PD1001');
	expect(await platesOf(her)).not.toContain('KA51PD1002');
});

/** What a browser does that runs out of room. */
async function clearDatabases(page: Page, origin: string): Promise<void> {
	const tools = await page.context().newCDPSession(page);
	await tools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
}
