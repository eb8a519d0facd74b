import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { liveStream, type LiveStream } from '#server/routes/live-stream.ts';
import type { LiveEvent } from '#sync/protocol/live.ts';
import { onSocket } from '#tests/support/streams.ts';

/** A stream on a real socket, and a phone that takes from it only when it is told to. */
async function aSlowPhone() {
	const opened = Promise.withResolvers<{ stream: LiveStream; outgoing: ServerResponse }>();
	let ended = false;
	const { origin } = await onSocket((_request, { outgoing }) => {
		const stream = liveStream({
			ended: () => (ended = true),
			hangUp: () => outgoing.destroy(),
		});
		opened.resolve({ stream, outgoing: outgoing as ServerResponse });
		return new Response(stream.readable);
	});
	const phone = connect(Number(new URL(origin).port), '127.0.0.1');
	onTestFinished(() => void phone.destroy());
	await once(phone, 'connect');
	phone.pause();
	phone.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
	return { phone, ...(await opened.promise), ended: () => ended };
}

/** Everything that still arrives until a line of this text, or the end. */
async function takeUntil(phone: Socket, text: string): Promise<string> {
	let taken = '';
	phone.setEncoding('utf8').on('data', (piece: string) => (taken += piece));
	phone.resume();
	await vi.waitFor(() => expect(taken.includes(text) || phone.readableEnded).toBe(true), 30_000);
	return taken;
}

/** A worst case: as many scopes as a device may follow. */
const scopes = Array.from({ length: 200 }, (_, index) => `shop:${'x'.repeat(32)}${index}:floor`);
const poke = (v: number): LiveEvent => ({
	kind: 'poke',
	heads: Object.fromEntries(scopes.map((each) => [each, v])),
});
const bytesOf = (event: LiveEvent) => JSON.stringify(event).length;

describe('a phone that takes nothing', () => {
	it('is told the newest when it takes again, and waits with few bytes in the server', async () => {
		const { phone, stream, outgoing } = await aSlowPhone();
		let held = 0;
		const pokes = 4_000;
		for (let v = 1; v <= pokes; v += 1) {
			stream.say(poke(v));
			held = Math.max(held, outgoing.writableLength);
			await turn();
		}
		const said = pokes * bytesOf(poke(pokes));

		const taken = await takeUntil(phone, `"${scopes[0]}":${pokes}`);
		const lines = taken.split('\n').filter((line) => line.startsWith('{'));
		const newest = JSON.parse(lines.at(-1)!) as LiveEvent;
		expect(newest).toEqual(poke(pokes));
		expect(held).toBeLessThan(512 * 1024);
		// What the system's own socket buffers took was sent; the rest was merged.
		expect(taken.length).toBeLessThan(said / 2);
		console.log(`said ${said} bytes, held ${held} at most, sent ${taken.length}`);
		stream.end();
	});

	it('is given up after a while, and its connection with it', async () => {
		const { phone, stream, outgoing, ended } = await aSlowPhone();
		for (let v = 1; v <= 4_000; v += 1) {
			stream.say(poke(v));
			await turn();
		}
		expect(outgoing.writableNeedDrain).toBe(true);
		expect(ended()).toBe(false);
		vi.useFakeTimers({ toFake: ['Date', 'setTimeout'] });
		onTestFinished(() => void vi.useRealTimers());
		vi.setSystemTime(Date.now() + 61_000);
		stream.say(poke(4_001));
		expect(ended()).toBe(true);
		expect(outgoing.destroyed).toBe(false);
		vi.advanceTimersByTime(10_000);
		expect(outgoing.destroyed).toBe(true);
		phone.destroy();
	});

	it('that takes what is left is not torn away', async () => {
		const { phone, stream, outgoing, ended } = await aSlowPhone();
		stream.say(poke(1));
		stream.end({ kind: 'bye', retryMs: 7 });
		expect(ended()).toBe(true);
		expect(await takeUntil(phone, '"retryMs":7')).toContain('"kind":"poke"');
		await vi.waitFor(() => expect(outgoing.writableFinished).toBe(true), 30_000);
	});
});
