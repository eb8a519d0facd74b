import { expect } from 'vitest';
import { SendFailure } from '#lib/device/sync/ports.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';
import { ashasBike, id } from '#tests/support/cast.ts';
import { Authority } from './authority.ts';
import { quiet } from './fakes.ts';
import { mortal } from './kill.ts';
import { aBike, aPhone, bikeKey, bikeShown } from './phone.ts';

const second = { collection: 'vehicles', id: id('vehicle', 99) } as const;

/**
 * A phone reads, works, sends, loses a document and sends again, and dies at its n-th write. Started
 * again on the same disk it must end up with everything it had promised, once, in order.
 *
 * Answers whether it died at all: when it did not, every moment has been tried.
 */
export async function diesAndComesBack(
	openStore: () => Promise<DeviceStore>,
	diesAt: number,
	when: 'before' | 'after',
	settled: () => Promise<void> = quiet,
): Promise<boolean> {
	const authority = new Authority();
	authority.put(bikeKey, aBike());
	authority.put(second, aBike({ id: second.id }));
	const disk = await openStore();
	const first = mortal(disk, diesAt, when);
	const promised: string[] = [];
	const story = live(authority, first.store, promised).then(() => 'lived');
	const end = await Promise.race([story, first.died.then(() => 'died')]);
	await settled();
	await disk.close();

	authority.failure = null;
	const store = await openStore();
	const { device, reported } = await aPhone(authority, { store, number: 2 });
	await device.sync();

	const done = authority.performed.map((each) => each.id);
	expect(new Set(done).size).toBe(done.length);
	expect(promised.filter((each) => !done.includes(each))).toEqual([]);
	expect(authority.performed.map(({ seq }) => seq)).toEqual(done.map((_, index) => index + 1));
	expect(device.pending()).toEqual([]);
	expect(await bikeShown(device)).toEqual(authority.doc(bikeKey));
	const shown = await device.documents('vehicles');
	const kept = [authority.doc(bikeKey), authority.doc(second)].filter((each) => each !== null);
	expect(shown.map((each) => each.id).sort()).toEqual(kept.map((each) => each.id).sort());
	expect(reported).toEqual([]);
	await device.stop();
	await store.close();
	return end === 'died';
}

async function live(authority: Authority, store: DeviceStore, promised: string[]): Promise<void> {
	const { device } = await aPhone(authority, { store });
	const rename = async (add: string) => {
		const { mutationId } = await device.perform('bike.rename', { vehicleId: ashasBike, add });
		promised.push(mutationId);
	};
	await device.sync();
	authority.failure = new SendFailure('offline');
	await rename('1');
	await rename('2');
	authority.failure = null;
	authority.put(second, null);
	authority.losesReply = true;
	await device.sync();
	await device.sync();
	await rename('3');
	await device.sync();
	await device.stop();
}
