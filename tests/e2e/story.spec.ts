import { expect } from '@playwright/test';

import { oneOfTheMechanics, phoneOfMechanic, shopName } from '#tests/support/e2e/garage.ts';
import { enteredYesterday } from '#tests/support/e2e/phone.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('a visit goes from the booking to the finished bike, through a basement', async ({
	newPhone,
}) => {
	const hers = newPhone();
	const her = await hers.open('/signin');
	/** A line of the timeline on her page. */
	const step = (key: 'track.started' | 'track.completed' | 'track.closed') =>
		her.getByRole('listitem').filter({ has: her.getByText(saying(key)) });
	let code = '';
	let mechanic = '';

	await test.step('Asha books, confirms, and sees who will do it', async () => {
		await her.getByRole('button', { name: 'Enter as customer' }).click();
		await her.getByRole('link', { name: 'Book a service' }).first().click();
		// The shop of her last visit and her bike are chosen already.
		await expect(her.getByRole('region', { name: 'Shop' })).toContainText(shopName);
		await her.getByRole('checkbox', { name: 'Oil change' }).check();
		await her
			.getByRole('radio', { name: /^\d+:\d\d/ })
			.first()
			.check();
		await her.getByRole('button', { name: 'Book' }).click();
		await her.getByRole('button', { name: 'Confirm' }).click();

		await expect(her.getByRole('heading', { level: 1, name: 'Your booking' })).toBeVisible();
		code = await her.getByRole('definition').nth(0).locator('strong').innerText();
		await expect(her.getByRole('definition').nth(1)).toHaveText(oneOfTheMechanics);
		mechanic = await her.getByRole('definition').nth(1).innerText();
	});

	const his = newPhone();
	await enteredYesterday(his, phoneOfMechanic(mechanic));
	const open = await his.open('/worker/dashboard');

	await test.step('her mechanic accepts with network', async () => {
		const job = open.getByRole('article').filter({ hasText: code });
		await job.getByRole('button', { name: 'Accept' }).click();
		await expect(job.getByText(saying('mark.accepted'))).toBeVisible();
	});

	await test.step('without network he works on, and the phone says where his taps are', async () => {
		const job = open.getByRole('article').filter({ hasText: code });
		await his.setOffline(true);
		await job.getByRole('button', { name: 'Bike received' }).click();
		await expect(job.getByText(saying('jobs.receivedAt'))).toBeVisible();
		await job.getByRole('button', { name: 'Start' }).click();
		await expect(job.getByText(saying('jobs.working'))).toBeVisible();
		await expect(job.getByText(saying('mark.queued'))).toBeVisible();
		await expect(open.getByText(saying('pill.offlineWaiting', { count: 2 }))).toBeVisible();
	});

	await his.kill();
	const reopened = await his.open('/worker/dashboard', 'offline');
	const job = reopened.getByRole('article').filter({ hasText: code });

	await test.step('after the battery fell out the work is still there, and he completes it', async () => {
		await expect(job.getByText(saying('jobs.working'))).toBeVisible();
		await expect(job.getByText(saying('mark.queued'))).toBeVisible();
		await job.getByRole('button', { name: 'Complete' }).click();
		await expect(job.getByText(saying('jobs.readyAt'))).toBeVisible();
		await expect(reopened.getByText(saying('pill.offlineWaiting', { count: 3 }))).toBeVisible();
		await expect(step('track.started').getByText(saying('track.notYet'))).toBeVisible();
	});

	await test.step('back in the daylight it is sent, and her page shows it by itself', async () => {
		await his.setOffline(false);
		await expect(reopened.getByText(saying('pill.allSent'))).toBeVisible();
		// Her page is open, so a moment later he hears that she has seen it.
		await expect(job.getByText(saying('mark.seenByCustomer'))).toBeVisible();

		await expect(step('track.completed')).toHaveAttribute('aria-current', 'step');
		await expect(step('track.started').locator('time')).toBeVisible();
		await expect(step('track.closed').locator('time')).toBeHidden();
	});
});
