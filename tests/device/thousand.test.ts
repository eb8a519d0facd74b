import 'fake-indexeddb/auto';
import { describe, expect, it, vi } from 'vitest';
import { mutationsMax } from '#sync/protocol/sync.ts';
import { SendFailure } from '#lib/device/sync/ports.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';
import { outboxName } from '#lib/device/browser/names.ts';
import { openBooks } from '#lib/device/browser/outbox-database.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { id } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { quiet } from '#tests/support/device/fakes.ts';
import { claimPlate, rename } from '#tests/support/device/mutators.ts';
import { aBike, aDisk, aPhone } from '#tests/support/device/phone.ts';

const bikes = Array.from({ length: 50 }, (_, n) => id('vehicle', 100 + n));
const bikeOf = (n: number): string => bikes[n % bikes.length] ?? '';

/** A phone that knows fifty bikes and has lost the network. */
async function aPhoneOffline(store?: DeviceStore) {
	const authority = new Authority();
	for (const bike of bikes)
		authority.put({ collection: 'vehicles', id: bike }, aBike({ id: bike }));
	const breathe = vi.fn(() => quiet());
	const phone = await aPhone(authority, { breathe, ...(store ? { store } : {}) });
	await phone.device.sync();
	authority.failure = new SendFailure('offline');
	const tap = (n: number) =>
		phone.device.perform('bike.rename', { vehicleId: bikeOf(n), add: '.' });
	return { ...phone, authority, breathe, tap };
}

/** Books as a browser keeps them; documents in memory. */
async function dexieBooks(): Promise<DeviceStore> {
	const books = await openBooks(outboxName('thousand'), id('device', 1), schemaVersion);
	return { ...aDisk().open(), ...books };
}

describe('a thousand actions without network', () => {
	it.each([
		['in memory', async () => aDisk().open()],
		['in IndexedDB', dexieBooks],
	])('cost no more each than the first did, %s', async (_where, open) => {
		const store = await open();
		const { device, tap } = await aPhoneOffline(store);
		const run = vi.spyOn(rename, 'run');
		const lines: string[] = [];
		await tap(0);
		await device.sync();
		const reads = vi.spyOn(store, 'books');
		for (let n = 1; n <= 1_000; n += 1) {
			const started = performance.now();
			await tap(n);
			const ms = performance.now() - started;
			if ([10, 100, 1_000].includes(n)) lines.push(`${n} pending: ${ms.toFixed(2)} ms a tap`);
		}
		console.log(lines.join('\n'));

		expect(run).toHaveBeenCalledTimes(1_001);
		expect(reads.mock.calls.length).toBeLessThan(5);
		expect(device.pending()).toHaveLength(1_001);
		await device.stop();
		await store.close();
	});

	it('are taken up again after a crash, and the screen is painted meanwhile', async () => {
		const store = aDisk().open();
		const { device, tap } = await aPhoneOffline(store);
		for (let n = 0; n < 1_000; n += 1) await tap(n);
		await device.stop();

		const authority = new Authority();
		authority.failure = new SendFailure('offline');
		const breathe = vi.fn(() => quiet());
		const started = performance.now();
		const again = await aPhone(authority, { store, breathe, number: 2 });
		console.log(`folded again: ${(performance.now() - started).toFixed(0)} ms`);

		expect(again.device.pending()).toHaveLength(1_000);
		expect(breathe).toHaveBeenCalledTimes(20);
		const shown = await again.device.documents('vehicles');
		expect(shown.map(({ model }) => model)).toEqual(bikes.map(() => `Activa${'.'.repeat(20)}`));
	});

	it('run again only where something moved', async () => {
		const { authority, device, tap } = await aPhoneOffline();
		for (let n = 0; n < 1_000; n += 1) await tap(n);
		const run = vi.spyOn(rename, 'run');
		authority.put(
			{ collection: 'vehicles', id: bikeOf(3) },
			aBike({ id: bikeOf(3), model: 'Dio' }),
		);
		authority.failure = null;
		authority.deaf = true;
		await device.sync();

		expect(run).toHaveBeenCalledTimes(20);
		const moved = (await device.documents('vehicles')).find((each) => each.id === bikeOf(3));
		expect(moved).toMatchObject({ model: `Dio${'.'.repeat(20)}` });
	});

	it('arrive in twenty rounds, in their order, while more is done', async () => {
		const { authority, device, store, tap } = await aPhoneOffline();
		for (let n = 0; n < 1_000; n += 1) await tap(n);
		await quiet();
		const run = vi.spyOn(rename, 'run');
		const reads = vi.spyOn(store, 'books');
		const before = authority.requests.length;
		authority.failure = null;
		const started = performance.now();
		const all = device.sync();
		await tap(0);
		await all;
		await device.sync();
		console.log(`caught up: ${(performance.now() - started).toFixed(0)} ms`);

		const batches = authority.requests.slice(before).map(({ mutations }) => mutations.length);
		expect(batches.filter((size) => size > 0)).toEqual([
			...Array.from({ length: 1_000 / mutationsMax }, () => mutationsMax),
			1,
		]);
		expect(authority.performed.map(({ seq }) => seq)).toEqual(
			Array.from({ length: 1_001 }, (_, index) => index + 1),
		);
		expect(device.pending()).toEqual([]);
		// Once each, by the server, and the last tap here: all came out as it was shown.
		expect(run).toHaveBeenCalledTimes(1_002);
		// All that waits is read with them.
		expect(reads.mock.calls.length).toBeLessThanOrEqual(batches.length * 5);
	});

	it('do not run again because others have arrived among which they looked for one', async () => {
		const { authority, device } = await aPhoneOffline();
		const customerId = id('customer', 11);
		for (let n = 0; n < 1_000; n += 1)
			await device.perform('bike.claimPlate', { plate: `KA51Q${1_000 + n}`, customerId });
		const run = vi.spyOn(claimPlate, 'run');
		authority.failure = null;
		await device.sync();

		expect(authority.performed).toHaveLength(1_000);
		expect(run).toHaveBeenCalledTimes(1_000);
		expect(device.pending()).toEqual([]);
		expect(await device.documents('vehicles')).toHaveLength(1_050);
	});
});
