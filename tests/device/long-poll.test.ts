import { describe, expect, it } from 'vitest';
import type { SyncAnswer } from '#sync/protocol/sync.ts';
import { SendFailure, type Send } from '#lib/device/sync/ports.ts';
import { ashasBike } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import {
	after,
	fakeChannels,
	fakeClock,
	fakeLocks,
	quiet,
	type FakeClock,
} from '#tests/support/device/fakes.ts';
import { aBike, aDisk, aPhone, bikeKey, bikeShown } from '#tests/support/device/phone.ts';

const rename = ['bike.rename', { vehicleId: ashasBike, add: '!' }] as const;

/** A server that keeps a question with patience until the test says so. */
class PatientServer {
	readonly authority = new Authority();
	readonly waits: (number | undefined)[] = [];
	#release: (() => void) | null = null;

	constructor() {
		this.authority.put(bikeKey, aBike());
	}

	readonly send: Send = async (request, { waitSeconds, signal } = {}) => {
		this.waits.push(waitSeconds);
		if (waitSeconds !== undefined) await this.#held(signal);
		return this.authority.send(request);
	};

	get holds(): boolean {
		return this.#release !== null;
	}

	/** It has news, or waited long enough. */
	async answer(): Promise<void> {
		this.#release?.();
		await quiet();
	}

	#held(signal?: AbortSignal): Promise<void> {
		return new Promise((resolve, reject) => {
			const end = (settle: () => void) => () => {
				this.#release = null;
				settle();
			};
			this.#release = end(resolve);
			signal?.addEventListener(
				'abort',
				end(() => reject(new SendFailure('offline'))),
			);
		});
	}
}

async function aPollingPhone(options: { clock?: FakeClock; isVisible?: () => boolean } = {}) {
	const server = new PatientServer();
	const clock = options.clock ?? fakeClock();
	const phone = await aPhone(server.authority, { ...options, clock, send: server.send });
	await phone.device.sync();
	phone.device.poll(true);
	phone.timers.fire();
	await quiet();
	return { ...phone, server };
}

describe('a phone to which no stream comes through', () => {
	it('asks with patience, and hears what is new at once', async () => {
		const { device, server, clock, timers } = await aPollingPhone();
		expect(server.waits).toEqual([undefined, 25]);
		expect(server.holds).toBe(true);

		server.authority.put(bikeKey, aBike({ model: 'Dio' }));
		clock.at = after(9_000);
		await server.answer();
		expect(await bikeShown(device)).toMatchObject({ model: 'Dio' });

		expect(timers.fire()).toBe(500);
		await quiet();
		expect(server.waits).toEqual([undefined, 25, 25]);
	});

	it('takes the question back for a tap, which goes out at once', async () => {
		const { device, server, timers } = await aPollingPhone();

		await device.perform(...rename);
		await quiet();

		expect(server.authority.performed).toHaveLength(1);
		expect(device.pending()).toEqual([]);
		expect(device.status().network).toBe('online');
		expect(server.authority.inFlightMax).toBe(1);
		timers.fire();
		await quiet();
		expect(server.holds).toBe(true);
	});

	it('lets another tab of the phone through', async () => {
		const server = new PatientServer();
		const [locks, tabs, disk] = [fakeLocks(), fakeChannels(), aDisk()];
		const shared = () => ({ locks, channel: tabs(), store: disk.open(), send: server.send });
		const left = await aPhone(server.authority, shared());
		const right = await aPhone(server.authority, { ...shared(), number: 2 });
		await left.device.sync();
		left.device.poll(true);
		left.timers.fire();
		await quiet();
		expect(server.holds).toBe(true);

		await right.device.perform(...rename);
		await quiet();

		expect(server.authority.performed).toHaveLength(1);
		left.timers.fire();
		await quiet();
		expect(server.holds).toBe(true);
	});

	it('asks less and less often a server that cannot wait', async () => {
		const { server, timers } = await aPollingPhone();
		const pauses: number[] = [];
		for (let n = 0; n < 4; n += 1) {
			await server.answer();
			pauses.push(timers.fire());
			await quiet();
		}
		expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000]);
	});

	it('does not ask while nobody looks, and again when somebody does', async () => {
		let visible = true;
		const { device, server, clock, timers } = await aPollingPhone({ isVisible: () => visible });
		visible = false;
		clock.at = after(25_000);
		await server.answer();
		expect(timers.waiting()).toEqual([]);

		visible = true;
		await device.sync();
		timers.fire();
		await quiet();
		expect(server.holds).toBe(true);
	});

	it('goes the usual way when the network is gone, and asks again when it is back', async () => {
		const { device, server, timers } = await aPollingPhone();
		server.authority.failure = new SendFailure('offline');
		await server.answer();
		expect(device.status().network).toBe('offline');

		server.authority.failure = null;
		timers.fire();
		await quiet();
		expect(device.status().network).toBe('online');
		timers.fire();
		await quiet();
		expect(server.holds).toBe(true);
	});

	it('gives a question up that is never answered', async () => {
		const { device, server, timers } = await aPollingPhone();
		expect(timers.fire()).toBe(40_000);
		await quiet();

		expect(server.holds).toBe(false);
		expect(device.status().network).toBe('offline');
		timers.fire();
		await quiet();
		expect(device.status().network).toBe('online');
	});

	it('stops asking when streams come through again, and when it is stopped', async () => {
		for (const end of ['stream', 'stop'] as const) {
			const { device, server, timers, reported } = await aPollingPhone();
			if (end === 'stream') device.poll(false);
			else await device.stop();
			await quiet();

			expect(server.holds).toBe(false);
			expect(timers.waiting()).toEqual([]);
			expect(reported).toEqual([]);
		}
	});

	it('reports a bug on the way', async () => {
		const authority = new Authority();
		const send: Send = async (request, { waitSeconds } = {}): Promise<SyncAnswer> => {
			if (waitSeconds !== undefined) throw new TypeError('a bug');
			return authority.send(request);
		};
		const { device, timers, reported } = await aPhone(authority, { send });
		await device.sync();
		device.poll(true);
		timers.fire();
		await quiet();

		expect(reported).toEqual([new TypeError('a bug')]);
	});
});
