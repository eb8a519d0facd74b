import type { Actor } from '#sync/core/actor.ts';
import { addMs } from '#sync/core/time.ts';
import { uuidV7 } from '#sync/core/id.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { createDevice, type Device } from '#lib/device/sync/device.ts';
import { Stopped } from '#lib/device/sync/lease.ts';
import { createMemoryDisk, type MemoryDisk } from '#lib/device/sync/memory-store.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';
import { createMutex } from '#lib/device/sync/mutex.ts';
import { id } from '#tests/support/cast.ts';
import type { Line } from './network.ts';
import type { Random } from './random.ts';
import { watchShown } from './shown.ts';
import type { VirtualTime } from './virtual-time.ts';

/** One phone of the cast: its disk outlives the processes that run on it. */
export type Phone = {
	readonly name: string;
	readonly actor: Actor;
	readonly line: Line;
	readonly disk: MemoryDisk;
	device: Device;
	/** Its clock's error, in milliseconds. */
	skewMs: number;
	/** Every mutation whose tap was answered: durable from then on. */
	readonly tapped: string[];
	/** Those of them that were taken back, and whether they had ever left this phone. */
	readonly takenBack: Map<string, { readonly hadLeft: boolean }>;
	/** The process is killed and started again on the same disk. */
	readonly restart: () => void;
	/** The process is killed; what this does to the disk is found at the next start. */
	readonly whileOff: (what: (disk: MemoryDisk) => void) => void;
	/** Another phone with the same disk, as a backup makes one. */
	readonly copied: (name: string, line: Line) => Phone;
};

export type PhoneOptions = {
	readonly name: string;
	readonly number: number;
	readonly actor: Actor;
	readonly line: Line;
	readonly time: VirtualTime;
	readonly random: Random;
	readonly broken: (error: unknown) => void;
	/** A bug planted between the device and its disk. */
	readonly store?: ((store: DeviceStore) => DeviceStore) | undefined;
};

/** A disk that has no room left: part of the game, and no bug. */
export class DiskFull extends Error {
	override readonly name = 'QuotaExceededError';
}

/** What somebody waits for when the process is killed never comes: nobody hears that it has stopped. */
const untilKilled =
	<A extends unknown[], T>(ask: (...args: A) => Promise<T>) =>
	(...args: A): Promise<T> =>
		ask(...args).catch((error: unknown) => {
			if (error instanceof Stopped) return new Promise<never>(() => undefined);
			throw error;
		});

export const phoneOf = (options: PhoneOptions): Phone =>
	phoneWith(options, createMemoryDisk(id('device', options.number), schemaVersion));

function phoneWith(options: PhoneOptions, disk: MemoryDisk): Phone {
	const { name, number, actor, line, time, random } = options;
	const broken = (error: unknown) => {
		if (!(error instanceof DiskFull)) options.broken(error);
	};
	const word = () => random.below(4_294_967_296);
	const start = (): Device => {
		const mutex = createMutex();
		const now = () => addMs(time.now(), phone.skewMs);
		const running = createDevice({
			store: options.store ? options.store(disk.open()) : disk.open(),
			actor: () => actor,
			browserId: id('browser', number),
			build: 'simulation',
			lockName: 'sync',
			clock: { now },
			timers: { after: time.after },
			random: random.next,
			newId: () => uuidV7(Date.parse(now()), [word(), word(), word()]),
			locks: (_name, work) => mutex(work),
			channel: { post: () => undefined, listen: () => () => undefined },
			send: line.send,
			report: broken,
		});
		const device: Device = {
			...running,
			perform: untilKilled(running.perform),
			documents: untilKilled(running.documents),
			withdraw: untilKilled(running.withdraw),
			history: untilKilled(running.history),
		};
		watchShown(device, broken);
		return device;
	};
	const phone: Phone = {
		name,
		actor,
		line,
		disk,
		skewMs: 0,
		tapped: [],
		takenBack: new Map(),
		device: undefined as unknown as Device,
		restart: () => phone.whileOff(() => undefined),
		whileOff: (what) => {
			void phone.device.stop();
			disk.kill();
			what(disk);
			phone.device = start();
		},
		copied: (itsName, itsLine) => {
			const copy = phoneWith({ ...options, name: itsName, line: itsLine }, disk.copy());
			copy.skewMs = phone.skewMs;
			copy.tapped.push(...phone.tapped);
			for (const [mutationId, how] of phone.takenBack) copy.takenBack.set(mutationId, how);
			return copy;
		},
	};
	phone.device = start();
	return phone;
}
