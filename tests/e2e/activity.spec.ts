import { expect } from '@playwright/test';

import { atWork } from '#tests/support/e2e/at-work.ts';
import { customer, visitOf } from '#tests/support/e2e/garage.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('what is taken back before it was sent never happened, and then nothing keeps him from leaving', async ({
	town,
	newPhone,
}) => {
	const { booking, mechanic, phone, page, ticket } = await atWork(town, newPhone(), customer(140));
	await expect(ticket).toBeVisible();
	await phone.setOffline(true);
	await ticket.getByRole('button', { name: saying('jobs.receive') }).click();
	await expect(ticket.getByText(saying('mark.queued'))).toBeVisible();

	await page.getByRole('link', { name: saying('menu.activity') }).click();
	const waiting = page.getByRole('region', { name: saying('activity.waiting') });
	await expect(waiting.getByText(booking.code)).toBeVisible();
	await page.getByRole('button', { name: saying('signOut') }).click();
	await expect(page.getByRole('dialog', { name: saying('leave.title') })).toBeVisible();
	await page.getByRole('button', { name: saying('close') }).click();
	await waiting.getByRole('button', { name: saying('activity.takeBack') }).click();
	await expect(waiting).toBeHidden();
	const past = page.getByRole('region', { name: saying('activity.past') });
	await expect(past.getByText(saying('mark.withdrawn'))).toBeVisible();

	await phone.setOffline(false);
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	const visit = await visitOf(await signIn(town, mechanic), booking.id);
	expect(visit.booking.status).toBe('confirmed');
	await page.getByRole('button', { name: saying('signOut') }).click();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(saying('signin.title'));
});
