import { expect, type Page } from '@playwright/test';

import { addBike, customer } from '#tests/support/e2e/garage.ts';
import { aPhone, enteredYesterday } from '#tests/support/e2e/phone.ts';
import { releasing } from '#tests/support/e2e/release.ts';
import { test as base } from '#tests/support/e2e/test.ts';
import type { Phone } from '#tests/support/e2e/phone.ts';
import { saying } from '#tests/support/e2e/words.ts';

const test = base.extend<{
	readonly shelf: { readonly phone: Phone; readonly release: () => void };
}>({
	shelf: async ({ town, launchOptions, newPhone: _ }, use) => {
		const behindDoor = await releasing(town);
		const phone = aPhone(behindDoor, launchOptions);
		await use({ phone, release: behindDoor.release });
		await phone.discard();
		await behindDoor.closeDoor();
	},
});

test('a newer version waits for unsent work, and takes nothing from a page where text stands', async ({
	shelf: { phone, release },
}) => {
	await enteredYesterday(phone, customer(136));
	const page = await phone.open('/booking/create');
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	const typing = await phone.openTab('/signin');
	await typing.getByLabel('Mobile number').fill('98450');

	release();
	await lookForUpdate(page);
	await expect(page.getByText(saying('updateReady'))).toBeVisible();
	await phone.setOffline(true);
	await addBike(page, 'KA51PW0001');
	await expect(page.getByText(saying('updateWaits'))).toBeVisible();
	await phone.setOffline(false);
	await page.evaluate(() => Object.assign(window, { isOld: true }));
	await page.getByRole('button', { name: saying('updateNow') }).click();

	await page.waitForFunction(() => !('isOld' in window));
	await expect(page.getByRole('heading', { level: 1, name: saying('book.title') })).toBeVisible();
	await expect(typing.getByLabel('Mobile number')).toHaveValue('98450');
	// The server has no such file any more, but this page was made with it.
	await typing.getByRole('button', { name: 'हिन्दी' }).click();
	await expect(typing.getByRole('heading', { level: 1 })).toHaveText(
		saying('signin.title', {}, 'hi'),
	);
	await expect(typing.getByLabel(saying('signin.phone', {}, 'hi'))).toHaveValue('98450');
});

const lookForUpdate = (page: Page): Promise<void> =>
	page.evaluate(async () => {
		const registration = await navigator.serviceWorker.ready;
		await registration.update();
	});
