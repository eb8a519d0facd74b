import type { Heads, LiveEvent } from '#sync/protocol/live.ts';
import { startLiveStream, type LiveStream } from '#lib/device/sync/live-stream.ts';
import { SendFailure, type Locks } from '#lib/device/sync/ports.ts';
import { id } from '#tests/support/cast.ts';
import { fakeLocks, fakeTimers, quiet } from './fakes.ts';

export const hello: LiveEvent = {
	kind: 'hello',
	install: id('shop', 1),
	era: 1,
	heads: { 'a:1': 3 },
};

/** A server's end of the streams that a phone opened. */
export class Streams {
	opened = 0;
	refuses: SendFailure | null = null;
	#push: ((piece: Uint8Array | null) => void) | null = null;
	#tear: ((error: unknown) => void) | null = null;
	hungUp = 0;

	readonly connect = async (signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> => {
		this.opened += 1;
		if (this.refuses !== null) throw this.refuses;
		const stream = new ReadableStream<Uint8Array>({
			start: (controller) => {
				this.#push = (piece) => (piece ? controller.enqueue(piece) : controller.close());
				this.#tear = (error) => controller.error(error);
				signal.addEventListener('abort', () => {
					this.hungUp += 1;
					this.#tear?.(new SendFailure('offline'));
				});
			},
		});
		return stream;
	};

	async send(text: string): Promise<void> {
		this.#push?.(new TextEncoder().encode(text));
		await quiet();
	}
	say(event: object): Promise<void> {
		return this.send(`${JSON.stringify(event)}\n`);
	}
	async close(): Promise<void> {
		this.#push?.(null);
		await quiet();
	}
	async tear(): Promise<void> {
		this.#tear?.(new SendFailure('offline'));
		await quiet();
	}
}

const running: LiveStream[] = [];
export const endAll = (): void => running.splice(0).forEach((each) => each.stop());

/** A phone that listens; nobody looks at it, unless the test says so. */
export async function listening(
	locks: Locks = fakeLocks(),
	streams = new Streams(),
	isVisible = false,
) {
	const timers = fakeTimers();
	const heard: Heads[] = [];
	const reported: unknown[] = [];
	const polls: boolean[] = [];
	const stream = startLiveStream({
		poll: (on) => polls.push(on),
		ports: { timers, random: () => 0.5, locks, report: (error) => reported.push(error) },
		lockName: 'live',
		connect: streams.connect,
		isVisible: () => isVisible,
		heads: (heads) => heard.push(heads),
	});
	running.push(stream);
	await quiet();
	return { stream, streams, timers, heard, reported, polls };
}
