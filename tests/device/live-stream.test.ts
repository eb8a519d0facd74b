import { afterEach, describe, expect, it } from 'vitest';
import { watchdogSeconds } from '#sync/protocol/live.ts';
import { eventsOf } from '#lib/device/sync/live-stream.ts';
import { SendFailure } from '#lib/device/sync/ports.ts';
import { fakeLocks, quiet } from '#tests/support/device/fakes.ts';
import { endAll, hello, listening, Streams } from '#tests/support/device/live-streams.ts';

afterEach(endAll);

describe('the live stream', () => {
	it('tells the counters of a greeting, of a poke and of a heartbeat', async () => {
		const { streams, heard } = await listening();

		await streams.say(hello);
		await streams.say({ kind: 'poke', heads: { 'a:1': 4 } });
		await streams.say({ kind: 'heads', heads: { 'a:1': 4, 'b:2': 1 } });

		expect(heard).toEqual([{ 'a:1': 3 }, { 'a:1': 4 }, { 'a:1': 4, 'b:2': 1 }]);
	});

	it('comes back after a torn line, later each time, and soon after one that had lived', async () => {
		const { streams, timers, reported } = await listening();
		streams.refuses = new SendFailure('offline');
		await streams.tear();

		const waits: number[] = [];
		for (let n = 0; n < 4; n += 1) {
			waits.push(timers.fire());
			await quiet();
		}
		expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);

		streams.refuses = null;
		timers.fire();
		await quiet();
		await streams.say(hello);
		timers.fire(); // Half a minute later it still stands.
		await streams.tear();
		expect(timers.waiting()).toEqual([500]);
		expect(reported).toEqual([]);
	});

	it('is not opened again and again when it is cut after its first words', async () => {
		const { streams, timers } = await listening();
		const waits: number[] = [];
		for (let n = 0; n < 4; n += 1) {
			await streams.say(hello);
			await streams.say({ kind: 'heads', heads: { 'a:1': 3 } });
			await streams.close();
			waits.push(timers.fire());
			await quiet();
		}
		expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
	});

	it('waits as long as a server that says goodbye asks', async () => {
		const { streams, timers } = await listening();
		await streams.say({ kind: 'bye', retryMs: 7_000 });
		await streams.close();

		expect(timers.waiting()).toEqual([8_000]);
	});

	it('hangs up on a line that says nothing, and calls again', async () => {
		const { streams, timers } = await listening();
		await streams.say(hello);
		expect(timers.waiting()).toContain(watchdogSeconds * 1_000);

		timers.fire(); // It has lived.
		expect(timers.fire()).toBe(watchdogSeconds * 1_000);
		await quiet();
		expect(streams.hungUp).toBe(1);
		timers.fire();
		await quiet();
		expect(streams.opened).toBe(2);
	});

	it.each(['signed_out', 'forbidden', 'revoked'] as const)(
		'gives up when it is %s',
		async (reason) => {
			const streams = new Streams();
			streams.refuses = new SendFailure(reason);
			const { timers } = await listening(fakeLocks(), streams);

			expect(streams.opened).toBe(1);
			expect(timers.waiting()).toEqual([]);
		},
	);

	it('asks with patience instead when nothing greets it, and tries a stream seldom', async () => {
		const { streams, timers, polls } = await listening();
		expect(timers.fire()).toBe(5_000);
		await quiet();
		expect(streams.hungUp).toBe(1);
		expect(polls).toEqual([true]);
		expect(timers.waiting()[0]).toBeGreaterThanOrEqual(300_000);

		timers.fire();
		await quiet();
		expect(streams.opened).toBe(2);
		await streams.say(hello);
		expect(polls).toEqual([true, false]);
	});

	it('asks with patience instead when it is cut three times right after the greeting', async () => {
		const { streams, timers, polls } = await listening();
		for (let n = 0; n < 3; n += 1) {
			expect(polls).toEqual([]);
			await streams.say(hello);
			await streams.close();
			timers.fire();
			await quiet();
		}
		expect(polls).toEqual([true]);

		await streams.say(hello);
		expect(polls).toEqual([true]);
		await streams.say({ kind: 'heads', heads: { 'a:1': 3 } });
		expect(polls).toEqual([true, false]);
	});

	it('takes neither a torn line nor a goodbye for something that cuts streams', async () => {
		const { streams, timers, polls } = await listening();
		for (let n = 0; n < 4; n += 1) {
			await streams.say(hello);
			await streams.say({ kind: 'bye', retryMs: 1_000 });
			await streams.close();
			timers.fire();
			await quiet();
		}
		streams.refuses = new SendFailure('offline');
		await streams.tear();
		for (let n = 0; n < 4; n += 1) {
			timers.fire();
			await quiet();
		}
		expect(polls).toEqual([]);
	});

	it('leaves nobody asking when it is stopped', async () => {
		const { stream, timers, polls } = await listening();
		timers.fire();
		await quiet();
		stream.stop();
		await quiet();
		expect(polls).toEqual([true, false]);
		expect(timers.waiting()).toEqual([]);
	});

	it('is one per phone: another tab takes over when the first is gone', async () => {
		const locks = fakeLocks();
		const left = await listening(locks);
		const right = await listening(locks);
		expect([left.streams.opened, right.streams.opened]).toEqual([1, 0]);

		left.stream.stop();
		await quiet();

		expect(right.streams.opened).toBe(1);
	});

	it('hangs up and stays away when it is stopped', async () => {
		const { stream, streams, timers, reported } = await listening();
		await streams.say(hello);

		stream.stop();
		await quiet();

		expect(streams.hungUp).toBe(1);
		expect(timers.waiting()).toEqual([]);
		expect(reported).toEqual([]);
	});

	it('lets kinds pass that only a newer server knows', async () => {
		const { streams, heard, reported } = await listening();
		await streams.say({ kind: 'reload', minBuild: 'later' });
		await streams.say(hello);

		expect(heard).toEqual([{ 'a:1': 3 }]);
		expect(reported).toEqual([]);
	});

	it('reports what is no event', async () => {
		const { streams, reported, timers } = await listening();
		await streams.send('{"kind":\n');
		expect(reported).toHaveLength(1);
		expect(timers.waiting()).toHaveLength(1);
	});
});

describe('lines of a stream', () => {
	it('are whole, whatever pieces the network cut them into', async () => {
		const text = `${JSON.stringify(hello)}\n\n${JSON.stringify({ kind: 'poke', heads: { 'ä:€': 1 } })}\n`;
		const bytes = new TextEncoder().encode(text);
		for (const size of [1, 2, 3, 7, bytes.length]) {
			const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
				bytes.slice(index * size, (index + 1) * size),
			);
			const events = await Array.fromAsync(eventsOf(asStream(pieces)));
			expect(events).toEqual([hello, { kind: 'poke', heads: { 'ä:€': 1 } }]);
		}
	});

	it('without an end are no line of ours', async () => {
		const endless = Array.from({ length: 300 }, () => new Uint8Array(1_024).fill(97));
		await expect(Array.fromAsync(eventsOf(asStream(endless)))).rejects.toThrow('unavailable');
	});

	async function* asStream(pieces: readonly Uint8Array[]) {
		for (const piece of pieces) yield await Promise.resolve(piece);
	}
});
