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
import { mortal, party, type Death, type Party } from './process.ts';
import type { Line } from './network.ts';
import type { Random } from './random.ts';
import { watchShown } from './shown.ts';
import type { VirtualTime } from './virtual-time.ts';

/** One phone of the cast: its disk outlives the processes that run on it. */
export type Phone = {
	readonly name: string;
	/** Its owner, with his rights as this phone was last told. */
	actor: Actor;
	/** Which browser it is: two people may share one. */
	readonly number: number;
	readonly line: Line;
	readonly disk: MemoryDisk;
	device: Device;
	/** Another tab of the same app, if one is open. */
	second: Device | null;
	/** Whether the app runs; of a shared phone one person's does. */
	isOn: boolean;
	/** It could not even open, for want of room: whoever uses it starts it again. */
	isStuck: boolean;
	/** Two tabs synced at once: what one of them shows may go back by what the other one stored. */
	wasTwo: boolean;
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
	/** Stops the app until it is started again. */
	readonly switchOff: () => void;
	/** Another tab on the same disk; `leads`: each of the two believes that it alone may sync. */
	readonly openTab: (leads: boolean) => void;
	/** The process dies at its n-th use of the disk from now, before or after it took effect. */
	readonly dieAt: (nth: number, when: 'before' | 'after') => void;
	/** Another phone with the same disk, as a backup makes one. */
	readonly copied: (name: string, line: Line) => Phone;
};

export type PhoneOptions = {
	readonly name: string;
	/** Of its browser. */
	readonly number: number;
	/** Of its device, where a browser has more than one; else the same. */
	readonly device?: number;
	readonly actor: Actor;
	readonly line: Line;
	readonly time: VirtualTime;
	readonly random: Random;
	readonly broken: (error: unknown) => void;
	/** A bug planted between the device and its disk. */
	readonly store?: ((store: DeviceStore) => DeviceStore) | undefined;
	/** Whether something happened after which a screen may well go back. */
	readonly excused?: (() => boolean) | undefined;
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
	phoneWith(
		options,
		createMemoryDisk(id('device', options.device ?? options.number), schemaVersion),
	);

/** What two tabs of one app share, or each has of its own when both believe to lead. */
type Tabs = { readonly locks: ReturnType<typeof createMutex>; readonly channel: Party };

function phoneWith(options: PhoneOptions, disk: MemoryDisk): Phone {
	const { name, number, line } = options;
	let tabs = newTabs();
	let death: Death | null = null;
	const start = (on: Tabs): Device => {
		const store = mortal(
			disk.open(),
			() => death,
			() => phone.restart(),
		);
		return running({ ...options, store: options.store?.(store) ?? store }, phone, on);
	};
	const phone: Phone = {
		...{ name, actor: options.actor, number, line, disk, skewMs: 0 },
		...{ tapped: [], takenBack: new Map(), second: null, isOn: true },
		...{ isStuck: false, wasTwo: false },
		device: undefined as unknown as Device,
		restart: () => phone.whileOff(() => undefined),
		whileOff: (what) => {
			phone.switchOff();
			what(disk);
			tabs = newTabs();
			Object.assign(phone, { isOn: true, isStuck: false });
			phone.device = start(tabs);
		},
		switchOff: () => {
			death = null;
			void phone.device.stop();
			void phone.second?.stop();
			disk.kill();
			Object.assign(phone, { second: null, isOn: false });
		},
		openTab: (leads) => {
			if (phone.second) return;
			phone.wasTwo ||= leads;
			phone.second = start(leads ? { ...tabs, locks: createMutex() } : tabs);
		},
		dieAt: (left, when) => {
			death = { left, when };
		},
		copied: (itsName, itsLine) => {
			const copy = phoneWith({ ...options, name: itsName, line: itsLine }, disk.copy());
			copy.skewMs = phone.skewMs;
			copy.actor = phone.actor;
			copy.tapped.push(...phone.tapped);
			for (const [mutationId, how] of phone.takenBack) copy.takenBack.set(mutationId, how);
			return copy;
		},
	};
	phone.device = start(tabs);
	return phone;
}

const newTabs = (): Tabs => ({ locks: createMutex(), channel: party() });

function running(
	{
		name: _,
		number,
		line,
		time,
		random,
		broken: heard,
		...rest
	}: Omit<PhoneOptions, 'store'> & Running,
	phone: Phone,
	{ locks, channel }: Tabs,
): Device {
	const broken = (error: unknown) => {
		if (!(error instanceof DiskFull)) heard(error);
	};
	const word = () => random.below(4_294_967_296);
	const now = () => addMs(time.now(), phone.skewMs);
	const device = createDevice({
		store: rest.store,
		actor: () => phone.actor,
		browserId: id('browser', number),
		build: 'simulation',
		lockName: 'sync',
		clock: { now },
		timers: { after: time.after },
		random: random.next,
		newId: () => uuidV7(Date.parse(now()), [word(), word(), word()]),
		locks: (_name, work) => locks(work),
		channel: channel.join(),
		send: line.send,
		report: broken,
	});
	const kept: Device = {
		...device,
		perform: untilKilled(device.perform),
		documents: untilKilled(device.documents),
		withdraw: untilKilled(device.withdraw),
		history: untilKilled(device.history),
	};
	device.ready.catch((error: unknown) => {
		if (error instanceof DiskFull) phone.isStuck = true;
	});
	watchShown(kept, broken, () => phone.wasTwo || rest.excused?.() === true);
	return kept;
}

type Running = { readonly store: DeviceStore };
