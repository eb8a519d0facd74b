import { test as base } from '@playwright/test';

import { aPhone, type Phone } from './phone.ts';
import { startTown, type Town } from './town.ts';

type PerTest = { readonly newPhone: () => Phone };
type PerWorker = { readonly town: Town };

/**
 * One town for all tests of a worker, one after the other: making one takes longer than most tests.
 * Each test takes people of its own, may kill the server, and finds it alive when it begins. A test
 * that fails ends its worker, and the town with it.
 */
export const test = base.extend<PerTest, PerWorker>({
	town: [
		async ({ browserName: _ }, use) => {
			const town = await startTown();
			await use(town);
			await town.stop();
		},
		{ scope: 'worker', timeout: 120_000 },
	],
	newPhone: async ({ town, launchOptions }, use) => {
		await town.restart();
		const phones: Phone[] = [];
		await use(() => {
			const phone = aPhone(town, launchOptions);
			phones.push(phone);
			return phone;
		});
		await Promise.all(phones.map((phone) => phone.discard()));
	},
});
