import { expect } from '@playwright/test';

import { en } from '#lib/words/en.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('the demo tells its story on two phones: work done without network reaches the customer', async ({
	newPhone,
}) => {
	const page = await newPhone().open('/demo');
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.getByRole('button', { name: saying('demo.begin') }).click();
	const mechanic = page.frameLocator(`iframe[title="First phone"]`);
	const customer = page.frameLocator(`iframe[title="Second phone"]`);
	const switchOf = page.getByRole('region', { name: saying('demo.phoneA') });
	const begun = customer.getByRole('listitem').filter({ hasText: en['track.started'] });
	await expect(customer.getByText(saying('pill.allSent'))).toBeVisible();

	await mechanic.getByRole('button', { name: 'Bike received' }).first().waitFor();
	await switchOf.getByRole('button', { name: saying('demo.networkOn') }).click();
	await mechanic.getByRole('button', { name: 'Bike received' }).first().click();
	await mechanic.getByRole('button', { name: 'Start', exact: true }).first().click();
	await expect(mechanic.getByText(saying('pill.offlineWaiting', { count: 2 }))).toBeVisible();
	await expect(begun).toContainText(en['track.notYet']);

	await switchOf.getByRole('button', { name: saying('demo.networkOff') }).click();
	await expect(mechanic.getByText(saying('pill.allSent'))).toBeVisible();
	await expect(begun).not.toContainText(en['track.notYet']);
	// Nobody is signed in but the two phones: a session's cookie would be for the whole browser.
	const cookies = await page.context().cookies();
	expect(cookies.filter(({ httpOnly }) => httpOnly)).toEqual([]);
});

test('the two phones are two people, and the page around them is nobody', async ({ newPhone }) => {
	const page = await newPhone().open('/demo');
	await page.setViewportSize({ width: 360, height: 780 });
	const first = page.getByRole('region', { name: saying('demo.phoneA') });
	const second = page.getByRole('region', { name: saying('demo.phoneB') });
	await first.getByRole('button', { name: saying('demo.asWorker') }).click();
	await second.getByRole('button', { name: saying('demo.asCustomer') }).click();

	await expect(heading('First phone')).toHaveText(saying('jobs.title'));
	await expect(heading('Second phone')).toHaveText(saying('home.bookings'));
	await page.reload();
	await expect(heading('First phone')).toHaveText(saying('jobs.title'));
	await expect(heading('Second phone')).toHaveText(saying('home.bookings'));
	await page.goto('/');
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(saying('signin.title'));

	function heading(phone: string) {
		return page.frameLocator(`iframe[title="${phone}"]`).getByRole('heading', { level: 1 });
	}
});

test('where there is no demo, its page is not there', async ({ newPhone }) => {
	const page = await newPhone().open('/signin');
	await page.evaluate(() => localStorage.setItem('moto-demo', 'no'));
	await page.route('**/api/**', async (route) => {
		const response = await route.fetch();
		await route.fulfill({
			response,
			headers: { ...response.headers(), 'moto-mode': 'production' },
		});
	});
	await page.goto('/demo');

	await expect(page.getByRole('heading', { level: 1 })).toHaveText(saying('notFoundTitle'));
});
