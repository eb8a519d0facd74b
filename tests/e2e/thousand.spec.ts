import { expect, type Page } from '@playwright/test';

import { customer, platesOf } from '#tests/support/e2e/garage.ts';
import { consumedFrom } from '#tests/support/e2e/ledger.ts';
import { enteredYesterday } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

const all = 1_000;
/** Among them one that nobody can read, one of a newer app, and one that the rules forbid. */
const [unreadable, unknown, forbidden] = [500, 501, 502];

test('a thousand taps wait on a phone, three of them bad, and all are dealt with once', async ({
	town,
	newPhone,
}) => {
	const phone = newPhone();
	await enteredYesterday(phone, customer(134));
	const her = await signIn(town, customer(134));
	const before = await platesOf(her);
	// A page of ours without the app: nothing else writes there meanwhile.
	const bare = await phone.open('/icons/icon.svg');
	await bare.evaluate(fillOutbox, { all, unreadable, unknown, forbidden, taken: before[0] ?? '' });

	const openedAt = Date.now();
	await phone.setOffline(true);
	const page = await phone.open('/');
	await expect(page.getByText(saying('pill.offlineWaiting', { count: all }))).toBeVisible({
		timeout: 60_000,
	});
	console.log(`${all} waiting taps were shown after ${Date.now() - openedAt} ms`);
	const sent = followRequests(page);
	const sentAt = Date.now();
	await phone.setOffline(false);
	// The two that were refused, and not the one that waits for a newer server.
	await expect.poll(() => sent.flat().length, { timeout: 90_000 }).toBe(all);
	await page.getByText(saying('pill.needsYou', { count: 2 })).click();
	await expect(page.getByRole('region', { name: saying('activity.past') })).toBeVisible();
	await expect(page.getByRole('region', { name: saying('activity.waiting') })).toBeHidden();
	console.log(`${all} taps were sent after ${Date.now() - sentAt} ms, in ${sent.length} requests`);

	expect(sent.flat()).toEqual(Array.from({ length: all }, (_, index) => index + 1));
	const needsHer = page.getByRole('region', { name: saying('activity.needsYou') });
	await expect(needsHer.getByText(saying('mark.refused'))).toHaveCount(2);
	await expect(needsHer.getByText(saying('why.plate_taken'))).toBeVisible();
	const after = await platesOf(her);
	expect(after.length).toBe(before.length + all - 3);
	expect(new Set(after).size).toBe(after.length);
	const consumed = await consumedFrom(town, customer(134));
	expect(consumed.map(({ seq }) => seq)).toEqual(sent.flat());
	const statuses = new Map(consumed.map(({ seq, status }) => [seq, status]));
	expect([unreadable, unknown, forbidden].map((seq) => statuses.get(seq))).toEqual([
		'refused',
		'parked',
		'refused',
	]);
	expect(consumed.filter(({ status }) => status === 'applied').length).toBe(all - 3);
});

type Filling = {
	readonly all: number;
	readonly unreadable: number;
	readonly unknown: number;
	readonly forbidden: number;
	/** A plate that a bike has already. */
	readonly taken: string;
};

/** Runs in the page: what a thousand taps would have left there, written the way the app writes it. */
async function fillOutbox(filling: Filling): Promise<void> {
	const { all: count, unreadable: bad, unknown: newer, forbidden: wrong, taken } = filling;
	const names = (await indexedDB.databases()).map(({ name = '' }) => name);
	const name = names.find((each) => each.startsWith('moto-out-')) ?? '';
	const db = await answerOf(indexedDB.open(name));
	const change = db.transaction(['outbox', 'meta'], 'readwrite');
	const [outbox, meta] = [change.objectStore('outbox'), change.objectStore('meta')];
	const known = (await answerOf(meta.get('device'))) as { value: { id: string } };
	const enqueuedAt = new Date().toISOString();
	for (let seq = 1; seq <= count; seq += 1) {
		const plate = seq === wrong ? taken : `KA51Q${seq % 2 ? 'A' : 'B'}${1_000 + seq}`;
		const bike = { registrationNumber: plate, make: '', model: '', class: 'commuter' };
		const mutation = {
			id: crypto.randomUUID(),
			name: seq === newer ? 'vehicle.paint' : 'vehicle.add',
			version: 1,
			args: seq === bad ? { registrationNumber: 7 } : bike,
			base: {},
			after: [],
			at: { wall: enqueuedAt, offsetMs: null, errorMs: null },
		};
		const text = JSON.stringify(mutation);
		outbox.add({ id: mutation.id, name: mutation.name, text, enqueuedAt, seq, ack: null });
	}
	meta.put({ key: 'device', value: { ...known.value, nextSeq: count + 1 } });
	await new Promise((resolve, reject) => {
		change.oncomplete = resolve;
		change.onabort = () => reject(new Error('the outbox could not be filled'));
	});
	db.close();

	function answerOf<T>(request: IDBRequest<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			request.onsuccess = () => resolve(request.result);
			request.onerror = () => reject(new Error('the outbox does not answer'));
		});
	}
}

/** The numbers that each request took to the server, without those that had nothing to say. */
function followRequests(page: Page): number[][] {
	const sent: number[][] = [];
	page.on('requestfinished', (request) => {
		if (!request.url().endsWith('/api/sync')) return;
		const { mutations } = request.postDataJSON() as { mutations: { seq: number }[] };
		if (mutations.length > 0) sent.push(mutations.map(({ seq }) => seq));
	});
	return sent;
}
