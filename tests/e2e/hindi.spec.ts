import { expect } from '@playwright/test';

import { aVisit, customer, ticketOf } from '#tests/support/e2e/garage.ts';
import { enteredYesterday, kept } from '#tests/support/e2e/phone.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

const inHindi = (key: Parameters<typeof saying>[0]) => saying(key, {}, 'hi');

test('a mechanic without network changes to Hindi, and it stays', async ({ town, newPhone }) => {
	const { booking, mechanic } = await aVisit(town, customer(129));
	const phone = newPhone();
	await enteredYesterday(phone, mechanic);
	const page = await phone.open('/worker/dashboard', 'offline');
	const title = page.getByRole('heading', { level: 1 });
	const ticket = ticketOf(page, booking.code);
	await expect(title).toHaveText(saying('jobs.title'));

	await page.getByRole('button', { name: 'हिन्दी' }).click();
	await expect(title).toHaveText(inHindi('jobs.title'));
	await ticket.getByRole('button', { name: inHindi('jobs.accept') }).click();
	await expect(ticket.getByText(inHindi('mark.queued'))).toBeVisible();

	await page.reload();
	await expect(title).toHaveText(inHindi('jobs.title'));
	await expect(page.locator('html')).toHaveAttribute('lang', 'hi');
	await expect(ticket.getByText(inHindi('mark.queued'))).toBeVisible();
	await page.getByRole('button', { name: 'English' }).click();
	await expect(title).toHaveText(saying('jobs.title'));
});

test('nobody needs to be signed in to read Hindi, nor to have network', async ({ newPhone }) => {
	const phone = newPhone();
	const page = await phone.open('/signin');
	await kept(page);
	await phone.setOffline(true);

	await page.getByRole('button', { name: 'हिन्दी' }).click();
	await page.reload();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(inHindi('signin.title'));
	await expect(page.getByLabel(inHindi('signin.phone'))).toBeVisible();
});
