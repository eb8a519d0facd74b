import { expect } from '@playwright/test';

import {
	aVisit,
	book,
	colleaguesOf,
	customer,
	freeToday,
	ticketOf,
} from '#tests/support/e2e/garage.ts';
import { enteredYesterday } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('who accepts without network a job that a colleague took is told so, and what to do', async ({
	town,
	newPhone,
}) => {
	const { booking, job, mechanic } = await aVisit(town, customer(124));
	const [slow = '', quick = ''] = colleaguesOf(mechanic);
	const decline = `/api/worker/jobs/${job.id}/decline`;
	await (await signIn(town, mechanic)).post(decline, { reason: 'busy' });
	const phone = newPhone();
	await enteredYesterday(phone, slow);
	const page = await phone.open('/worker/dashboard');
	const ticket = ticketOf(page, booking.code);
	await expect(ticket).toBeVisible();

	await phone.setOffline(true);
	await ticket.getByRole('button', { name: 'Accept' }).click();
	await expect(ticket.getByText(saying('mark.queued'))).toBeVisible();
	await expect(ticket.getByRole('button', { name: 'Bike received' })).toBeVisible();
	await (await signIn(town, quick)).post(`/api/worker/jobs/${job.id}/accept`);
	await phone.setOffline(false);

	const why = page.getByRole('region', { name: saying('activity.needsYou') });
	await expect(why.getByText(saying('did.job.accept'))).toBeVisible();
	await expect(why.getByText(saying('why.already_taken'))).toBeVisible();
	await expect(why.getByText(saying('next.already_taken'))).toBeVisible();
	await expect(page.getByText(saying('pill.needsYou', { count: 1 }))).toBeVisible();
	await expect(ticket).toBeHidden();
	await why.getByRole('button', { name: saying('dismiss') }).click();
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	await expect(why).toBeHidden();
});

test('who asks without network for a time that is gone gets other times, one tap each', async ({
	town,
	newPhone,
}) => {
	const phone = newPhone();
	await enteredYesterday(phone, customer(125));
	const { starts } = await freeToday(await signIn(town, customer(125)));
	const wanted = starts.at(-1) ?? '';
	const page = await phone.open('/booking/create');
	await page.getByRole('checkbox', { name: 'Oil change' }).check();
	await page.locator(`input[value="${wanted}"]`).check();

	await phone.setOffline(true);
	await page.getByRole('button', { name: 'Book' }).click();
	await expect(page.getByText(saying('confirm.requested'))).toBeVisible();
	await expect(page.getByText(saying('mark.queued'))).toBeVisible();
	for (const other of [126, 127, 128] as const)
		await book(await signIn(town, customer(other)), wanted);
	await phone.setOffline(false);

	await expect(page.getByText(saying('why.slot_taken'))).toBeVisible();
	await expect(page.getByText(saying('next.slot_taken'))).toBeVisible();
	await expect(page.getByText(saying('confirm.otherTimes'))).toBeVisible();
	await page
		.getByRole('button', { name: /\d:\d\d/ })
		.first()
		.click();
	await page.getByRole('button', { name: 'Confirm' }).click();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(saying('track.title'));
});
