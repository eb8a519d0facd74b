import type { Actor } from '#sync/core/actor.ts';
import { addMs } from '#sync/core/time.ts';
import { uuidV7 } from '#sync/core/id.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { createDevice, type Device } from '#lib/device/device.ts';
import { createMemoryDisk, type MemoryDisk } from '#lib/device/memory-store.ts';
import { createMutex } from '#lib/device/mutex.ts';
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
	/** The process is killed and started again on the same disk. */
	readonly restart: () => void;
};

export type PhoneOptions = {
	readonly name: string;
	readonly number: number;
	readonly actor: Actor;
	readonly line: Line;
	readonly time: VirtualTime;
	readonly random: Random;
	readonly broken: (error: unknown) => void;
};

export function phoneOf(options: PhoneOptions): Phone {
	const { name, number, actor, line, time, random, broken } = options;
	const disk = createMemoryDisk(id('device', number), schemaVersion);
	const word = () => random.below(4_294_967_296);
	const start = (): Device => {
		const mutex = createMutex();
		const now = () => addMs(time.now(), phone.skewMs);
		const device = createDevice({
			store: disk.open(),
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
		device: undefined as unknown as Device,
		restart: () => {
			void phone.device.stop();
			disk.kill();
			phone.device = start();
		},
	};
	phone.device = start();
	return phone;
}
