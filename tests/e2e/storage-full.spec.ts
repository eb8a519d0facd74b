import { expect } from '@playwright/test';

import { addBike, allBikes, customer, platesOf } from '#tests/support/e2e/garage.ts';
import { enteredYesterday } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

const mb = 1024 * 1024;

test('a phone that is nearly full says so and still keeps what is done; a full one says that it does not', async ({
	town,
	newPhone,
}) => {
	const her = await signIn(town, customer(138));
	const phone = newPhone();
	await enteredYesterday(phone, customer(138));
	const page = await phone.open('/booking/create');
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();

	await test.step('told while there still is room, and what is done then is kept', async () => {
		// Chromium lets no page see how full a disk is any more; other browsers do.
		await page.addInitScript(tellRoom, 20 * mb);
		await page.reload();
		await expect(page.getByText(saying('storage.full', { mb: 20 }))).toBeVisible();
		await phone.setOffline(true);
		await addBike(page, 'KA51PE1001');
		await expect(page.getByText(saying('pill.offlineWaiting', { count: 1 }))).toBeVisible();
		await page.reload();
		await expect(page.getByText(saying('pill.offlineWaiting', { count: 1 }))).toBeVisible();
	});

	await test.step('without any room it says at once that this did not happen, and shows no such thing', async () => {
		await page.evaluate(refuseWrites);
		const step = await allBikes(page);
		await step.getByRole('button', { name: saying('book.addBike') }).click();
		await step.getByLabel(saying('book.plate')).fill('KA51PE1002');
		await step.getByRole('button', { name: saying('book.add') }).click();
		await expect(page.getByText(saying('refused.notKept'))).toBeVisible();
		await expect(page.getByText(saying('pill.offlineWaiting', { count: 1 }))).toBeVisible();
		await expect(step.getByLabel(saying('book.plate'))).toHaveValue('KA51PE1002');
		await page.reload();
		await expect((await allBikes(page)).getByRole('radio')).toHaveCount(2);
	});

	await test.step('with room again all goes on, and what was kept arrives', async () => {
		await addBike(page, 'KA51PE1003');
		await phone.setOffline(false);
		await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
		const plates = await platesOf(her);
		expect(plates.filter((plate) => plate.startsWith('KA51PE')).sort()).toEqual([
			'KA51PE1001',
			'KA51PE1003',
		]);
	});
});

/** Runs in the page: so much room is left to it, as its browser tells. */
function tellRoom(bytes: number): void {
	StorageManager.prototype.estimate = () => Promise.resolve({ usage: 0, quota: bytes });
}

/** Runs in the page: every write meets a full disk, until the page is opened anew. */
function refuseWrites(): void {
	const full = (): never => {
		throw new DOMException('The disk is full.', 'QuotaExceededError');
	};
	Object.assign(IDBObjectStore.prototype, { add: full, put: full });
}
