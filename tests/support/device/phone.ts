import type { Actor } from '#sync/core/actor.ts';
import type { Doc } from '#sync/core/document.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { createDevice, type Device } from '#lib/device/sync/device.ts';
import { createMemoryDisk } from '#lib/device/sync/memory-store.ts';
import type { Channel, Locks, Ports } from '#lib/device/sync/ports.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';
import type { Vehicle } from '#sync/vehicle/entity.ts';
import { asha, ashasBike, id } from '#tests/support/cast.ts';
import { customerIdOf } from '#tests/support/builders.ts';
import type { Authority } from './authority.ts';
import {
	fakeChannels,
	fakeClock,
	fakeIds,
	fakeLocks,
	fakeTimers,
	type FakeClock,
	type FakeTimers,
} from './fakes.ts';
import { mutatorNamed } from './mutators.ts';

export type TestPhone = {
	readonly device: Device;
	readonly store: DeviceStore;
	readonly clock: FakeClock;
	readonly timers: FakeTimers;
	readonly reported: unknown[];
};

export type PhoneOptions = {
	readonly store?: DeviceStore;
	readonly clock?: FakeClock;
	readonly locks?: Locks;
	readonly channel?: Channel;
	readonly actor?: Actor;
	/** Which process (or tab) makes the ids. */
	readonly number?: number;
	readonly isVisible?: () => boolean;
} & Partial<Pick<Ports, 'random' | 'send' | 'breathe'>>;

export const aDisk = () => createMemoryDisk(id('device', 1), schemaVersion);

/** A started phone of Asha's with fakes around it. */
export async function aPhone(authority: Authority, options: PhoneOptions = {}): Promise<TestPhone> {
	const clock = options.clock ?? fakeClock();
	const timers = fakeTimers();
	const reported: unknown[] = [];
	const store = options.store ?? aDisk().open();
	const device = createDevice({
		store,
		clock,
		timers,
		random: options.random ?? (() => 0.5),
		newId: fakeIds(clock, options.number),
		locks: options.locks ?? fakeLocks(),
		channel: options.channel ?? fakeChannels()(),
		send: options.send ?? ((request) => authority.send(request)),
		report: (error) => reported.push(error),
		actor: () => options.actor ?? asha,
		browserId: id('browser', 1),
		build: 'test',
		lockName: 'sync',
		isVisible: options.isVisible ?? (() => true),
		...(options.breathe ? { breathe: options.breathe } : {}),
		mutatorNamed,
	});
	await device.ready;
	return { device, store, clock, timers, reported };
}

/** Asha's bike as the server has it. */
export const aBike = (over: Partial<Vehicle> = {}): Doc & Vehicle => ({
	id: ashasBike,
	customerId: customerIdOf(asha),
	registrationNumber: 'KA51HB0011',
	registrationKey: 'KA51HB0011',
	make: 'Honda',
	model: 'Activa',
	class: 'scooter',
	odometerKm: 1_000,
	verification: 'none',
	retiredAt: null,
	createdAt: '2026-01-01T00:00:00.000Z',
	...over,
});

export const bikeKey = { collection: 'vehicles', id: ashasBike } as const;

/** The bike as the phone shows it. */
export async function bikeShown(
	device: Device,
	bikeId: string = ashasBike,
): Promise<Vehicle | undefined> {
	const bikes = await device.documents('vehicles');
	return bikes.find((each) => each.id === bikeId) as Vehicle | undefined;
}
