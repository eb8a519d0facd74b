import { expect } from '@playwright/test';

import { aVisit, customer, eventsOf, ticketOf, visitOf } from '#tests/support/e2e/garage.ts';
import { enterByCode, enteredYesterday } from '#tests/support/e2e/phone.ts';
import { signIn, type Caller } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { tracesOf } from '#tests/support/e2e/traces.ts';
import { saying } from '#tests/support/e2e/words.ts';

test('a lost phone that is signed off closes itself, keeps its unsent work sealed, and gives it back', async ({
	town,
	newPhone,
}) => {
	const { booking, mechanic } = await aVisit(town, customer(125));
	const elsewhere = await signIn(town, mechanic);
	const { user } = await elsewhere.get<{ user: { id: string } }>('/api/me');
	const known = (await phonesOf(elsewhere)).map(({ id }) => id);
	const phone = newPhone();
	await enteredYesterday(phone, mechanic);
	const page = await phone.open('/worker/dashboard');
	const ticket = ticketOf(page, booking.code);
	await ticket.getByRole('button', { name: 'Bike received' }).click();
	await expect(ticket.getByText(saying('mark.accepted'))).toBeVisible();
	const { id = '' } = (await phonesOf(elsewhere)).find((each) => !known.includes(each.id)) ?? {};
	const signedOff = page.getByText(saying('standing.revoked'));

	await test.step('without network it works on, for it cannot know', async () => {
		await phone.setOffline(true);
		await ticket.getByRole('button', { name: 'Start', exact: true }).click();
		await expect(ticket.getByText(saying('mark.queued'))).toBeVisible();
		await elsewhere.post(`/api/devices/${id}/revoke`);
	});

	await test.step('when it meets the server it reads nothing more, and nothing can be read on it', async () => {
		const read: string[] = [];
		page.on('response', (response) => {
			if (response.url().includes('/api/sync') && response.ok()) read.push(response.url());
		});
		const metAt = Date.now();
		await phone.setOffline(false);
		await expect(signedOff).toBeVisible();
		console.log(`a phone that was signed off closed itself ${Date.now() - metAt} ms after it met`);
		await expect(page.getByRole('heading', { level: 1 })).toHaveText(saying('signin.title'));
		expect(read).toEqual([]);
		await expect.poll(() => tracesOf(page, [user.id, booking.id, booking.code])).toEqual([]);
		expect(eventsOf(await visitOf(elsewhere, booking.id))).not.toContain('started');
	});

	await test.step('signed in anew, what it had not sent is sent', async () => {
		await phone.kill();
		const again = await phone.open('/signin');
		await enterByCode(again, mechanic);
		const his = ticketOf(again, booking.code);
		await expect(his.getByText(saying('jobs.working'))).toBeVisible();
		await expect(his.getByText(saying('mark.accepted'))).toBeVisible();
		expect(eventsOf(await visitOf(elsewhere, booking.id))).toEqual([
			...['booked', 'confirmed', 'received', 'started'],
		]);
	});
});

test('a phone that is signed off while it is open closes itself without being touched', async ({
	town,
	newPhone,
}) => {
	const elsewhere = await signIn(town, customer(126));
	const { user } = await elsewhere.get<{ user: { id: string } }>('/api/me');
	const known = (await phonesOf(elsewhere)).map(({ id }) => id);
	const phone = newPhone();
	await enteredYesterday(phone, customer(126));
	const page = await phone.open('/');
	await expect(page.getByText(saying('pill.allSent'))).toBeVisible();
	const { id = '' } = (await phonesOf(elsewhere)).find((each) => !known.includes(each.id)) ?? {};

	const signedOffAt = Date.now();
	await elsewhere.post(`/api/devices/${id}/revoke`);
	await expect(page.getByText(saying('standing.revoked'))).toBeVisible();
	console.log(`an open phone closed itself ${Date.now() - signedOffAt} ms after it was signed off`);
	await expect(page.getByRole('heading', { level: 1 })).toHaveText(saying('signin.title'));
	await expect.poll(() => tracesOf(page, [user.id, customer(126)])).toEqual([]);
});

const phonesOf = async (caller: Caller) =>
	(await caller.get<{ devices: { id: string }[] }>('/api/devices')).devices;
