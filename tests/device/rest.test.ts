import { describe, expect, it } from 'vitest';
import { Stopped } from '#lib/device/sync/lease.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';
import { ashasBike, id } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { quiet } from '#tests/support/device/fakes.ts';
import { aBike, aDisk, aPhone, bikeKey } from '#tests/support/device/phone.ts';

/** A store that tells when it is used: how often yet, and what has not come to an end. */
function watchedStore(store: DeviceStore, used: () => void) {
	const open = new Set<string>();
	let count = 0;
	const watched = Object.fromEntries(
		Object.entries(store).map(([name, method]) => [
			name,
			async (...args: unknown[]) => {
				const mine = `${name} ${(count += 1)}`;
				open.add(mine);
				used();
				await quiet();
				const result = await (method as (...args: unknown[]) => Promise<unknown>)(...args);
				await quiet();
				open.delete(mine);
				return result;
			},
		]),
	) as unknown as DeviceStore;
	return { store: watched, open: () => [...open], count: () => count };
}

/** Reads, works, sends, loses a document, sweeps; and has to stop at its n-th use of the store. */
async function stopsAt(nth: number): Promise<boolean> {
	const authority = new Authority();
	const second = { collection: 'vehicles', id: id('vehicle', 99) } as const;
	const leaves = { collection: 'bookings', id: id('booking', 9) } as const;
	authority.put(bikeKey, aBike());
	authority.put(second, aBike({ id: second.id }));
	const disk = aDisk().open();
	// Something was to be removed when the phone was switched off last.
	await disk.change(({ place }) => ({ place: { ...place, leaving: [leaves] } }));
	let left = Number.POSITIVE_INFINITY;
	const due = Promise.withResolvers<'due'>();
	const watched = watchedStore(disk, () => {
		if ((left -= 1) === 0) due.resolve('due');
	});
	const { device, reported } = await aPhone(authority, { store: watched.store });
	left = nth;
	const story = async () => {
		await device.sync();
		await device.perform('bike.rename', { vehicleId: ashasBike, add: '1' });
		authority.put(second, null);
		const swept = device.sweep(authority.now);
		swept.catch((error: unknown) => expect(error).toBeInstanceOf(Stopped));
		await device.sync();
		await device.perform('bike.rename', { vehicleId: ashasBike, add: '2' });
		await device.sync();
	};
	// What the person does just then may fail: he was told that he is leaving.
	const end = story().catch((error: unknown) => expect(error).toBeInstanceOf(Stopped));
	if ((await Promise.race([end.then(() => 'lived'), due.promise])) === 'lived') return false;
	await device.stop();

	const used = watched.count();
	expect(watched.open(), `stopped at use ${nth}`).toEqual([]);
	for (let turn = 0; turn < 50; turn += 1) await quiet();
	expect(watched.count(), `stopped at use ${nth}`).toBe(used);
	expect(reported).toEqual([]);
	return true;
}

describe('a device that has to stop', () => {
	it('does not use its store any more, at whatever moment that comes', async () => {
		let nth = 1;
		while (await stopsAt(nth)) nth += 1;

		expect(nth).toBeGreaterThan(40);
	});
});
