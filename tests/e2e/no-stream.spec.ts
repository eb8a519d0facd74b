import { expect } from '@playwright/test';

import { aVisit, customer } from '#tests/support/e2e/garage.ts';
import { behindDoor } from '#tests/support/e2e/door.ts';
import { aPhone, enteredYesterday } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('where a proxy keeps streams back, a page asks with patience and follows just the same', async ({
	town,
	launchOptions,
	newPhone: _,
}) => {
	const { booking, job, mechanic } = await aVisit(town, customer(128));
	const patient: string[] = [];
	const door = await behindDoor(town, ({ url = '' }) => {
		if (url.includes('wait=')) patient.push(url);
		return url === '/api/sync/live' ? 'kept' : null;
	});
	const phone = aPhone(door, launchOptions);
	await enteredYesterday(phone, customer(128));
	const page = await phone.open(`/booking/track?id=${booking.id}`);
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	await page.evaluate(() => Object.assign(window, { isTheSamePage: true }));
	const steps = page.getByRole('region', { name: saying('track.steps') }).getByRole('listitem');
	const step = (key: 'track.received' | 'track.started') =>
		steps.filter({ has: page.getByText(saying(key)) });

	await expect.poll(() => patient.length).toBeGreaterThan(0);
	const his = await signIn(town, mechanic);
	const receivedAt = Date.now();
	await his.post(`/api/bookings/${booking.id}/received`);
	await expect(step('track.received')).toHaveAttribute('aria-current', 'step');
	console.log(`without a stream the page followed after ${Date.now() - receivedAt} ms`);
	await his.put(`/api/worker/jobs/${job.id}/status`, { status: 'in_progress' });
	await expect(step('track.started')).toHaveAttribute('aria-current', 'step');

	expect(await page.evaluate(() => 'isTheSamePage' in window)).toBe(true);
	expect(patient.length).toBeLessThan(10);
	await phone.discard();
	await door.closeDoor();
});
