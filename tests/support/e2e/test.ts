import { test as base } from '@playwright/test';

import { aPhone, type Phone } from './phone.ts';
import { startTown, type Town } from './town.ts';

/** Each test has a town of its own, because tests kill servers, and as many phones as it asks for. */
export const test = base.extend<{ town: Town; newPhone: () => Phone }>({
	town: async ({ baseURL: _ }, use) => {
		const town = await startTown();
		await use(town);
		await town.stop();
	},
	newPhone: async ({ town, launchOptions }, use) => {
		const phones: Phone[] = [];
		await use(() => {
			const phone = aPhone(town, launchOptions);
			phones.push(phone);
			return phone;
		});
		await Promise.all(phones.map((phone) => phone.discard()));
	},
});
