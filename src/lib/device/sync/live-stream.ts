import { watchdogSeconds, type Heads, type LiveEvent } from '#sync/protocol/live.ts';
import { jitteredMs } from './backoff.ts';
import { SendFailure, type Ports } from './ports.ts';

export type LiveStream = {
	readonly stop: () => void;
	/** The server has answered something else: if it could not be reached, it is called in a second. */
	readonly hurry: () => void;
};

export type LiveStreamOptions = {
	readonly ports: Pick<Ports, 'timers' | 'random' | 'locks' | 'report'>;
	readonly lockName: string;
	/** Opens `GET /api/sync/live`; its bytes end when the server closes it. */
	readonly connect: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
	/** Whether somebody may be looking: he waits less long for a server that was gone. */
	readonly isVisible: () => boolean;
	/** The counters of some scopes as the server has them now. */
	readonly heads: (heads: Heads) => void;
	/** Streams do not come through here: ask with patience instead (true); they do again (false). */
	readonly poll?: (on: boolean) => void;
	/** This phone may not listen any more: somebody should ask why. */
	readonly turnedAway?: () => void;
};

/** A stream greets within this, or something on the way keeps it back. */
const greetingMs = 5_000;
/** A stream that lived so long does come through; one that ended sooner was cut, or the server is unwell. */
const livedMs = 30_000;
/** So many streams in a row that end with the greeting: something on the way cuts them. */
const cutMax = 3;
/** So seldom a stream is tried again where none came through. */
const retryAfterPollMs = 5 * 60_000;

/** A line is a small object; more without an end is no stream of ours. */
const lineCharactersMax = 256 * 1024;

/**
 * Listens for "something is new" as long as the tab lives; what is new is read by an ordinary sync.
 * One stream per phone: the tab that holds the lock has it, the others wait for the lock.
 *
 * A stream that says nothing for a while is dead, whatever the browser believes, and is opened anew,
 * at a random moment within a doubling time.
 */
export function startLiveStream(options: LiveStreamOptions): LiveStream {
	const { ports, lockName } = options;
	const stopped = new AbortController();
	const pause = createPause(ports, stopped.signal);
	ports
		.locks(lockName, () => keepListening(options, stopped.signal, pause), stopped.signal)
		.catch((error: unknown) => {
			if (!stopped.signal.aborted) ports.report(error);
		});
	return { stop: () => stopped.abort(), hurry: pause.hurry };
}

/** Ends when it is stopped, or turned away for good: signed out, or not allowed. */
async function keepListening(
	options: LiveStreamOptions,
	stopped: AbortSignal,
	pause: Pause,
): Promise<void> {
	const { ports, poll, isVisible } = options;
	const patience = createPatience(poll ?? (() => undefined));
	let failures = 0;
	while (!stopped.aborted) {
		const end = await listenOnce(options, stopped, patience.greeted);
		if (end.kind === 'turned_away') options.turnedAway?.();
		if (end.kind === 'turned_away' || stopped.aborted) break;
		failures = end.lived ? 0 : failures + 1;
		const polling = patience.after(end);
		const ms = polling ? retryAfterPollMs : end.retryMs;
		// One that was cut is not called sooner because the server speaks: it did all the time.
		const mayHurry = !polling && end.heard === 0;
		await pause.wait(ms + jitteredMs(ports.random, failures, isVisible()), mayHurry);
	}
	patience.over();
}

/** Judges by how streams end whether they come through at all. */
function createPatience(poll: (on: boolean) => void) {
	let cut = 0;
	let polling = false;
	const set = (on: boolean) => {
		if (on !== polling) poll(on);
		polling = on;
	};
	return {
		/** It said more than its greeting: streams do come through. */
		greeted: (events: number) => {
			if (events > 1) cut = 0;
			if (events > (cut > 0 ? 1 : 0)) set(false);
		},
		after: ({ heard, mute, retryMs }: Closed): boolean => {
			cut = heard === 1 && retryMs === 0 ? cut + 1 : 0;
			if (mute || cut >= cutMax) set(true);
			return polling;
		},
		over: () => set(false),
	};
}

type Closed = {
	readonly kind: 'closed';
	/** Events that came. */
	readonly heard: number;
	readonly lived: boolean;
	/** Nobody refused it, and it did not greet. */
	readonly mute: boolean;
	readonly retryMs: number;
};
type End = { readonly kind: 'turned_away' } | Closed;

async function listenOnce(
	options: LiveStreamOptions,
	stopped: AbortSignal,
	greeted: (events: number) => void,
): Promise<End> {
	const connection = new AbortController();
	const hangUp = () => connection.abort();
	stopped.addEventListener('abort', hangUp);
	let [heard, retryMs, mute, lived] = [0, 0, false, false];
	const watchdog = createWatchdog(options.ports, hangUp);
	const notGreeted = options.ports.timers.after(greetingMs, () => {
		mute = true;
		hangUp();
	});
	const notLived = options.ports.timers.after(livedMs, () => {
		lived = true;
	});
	try {
		for await (const event of eventsOf(await options.connect(connection.signal))) {
			if (connection.signal.aborted) break;
			watchdog.feed();
			notGreeted();
			greeted((heard += 1));
			retryMs = take(event, options.heads);
		}
	} catch (error) {
		if (error instanceof SendFailure && turnedAway.includes(error.reason))
			return { kind: 'turned_away' };
		if (!(error instanceof SendFailure) && !connection.signal.aborted) options.ports.report(error);
	} finally {
		notGreeted();
		notLived();
		watchdog.stop();
		stopped.removeEventListener('abort', hangUp);
		connection.abort();
	}
	return { kind: 'closed', heard, lived, mute, retryMs };
}

/** How long the server wants to be left alone. Kinds that only a newer version knows are let pass. */
function take(event: LiveEvent, hear: (heads: Heads) => void): number {
	switch (event.kind) {
		case 'hello':
		case 'poke':
		case 'heads':
			hear(event.heads);
			return 0;
		case 'bye':
			return event.retryMs;
		default:
			return 0;
	}
}

const turnedAway: readonly SendFailure['reason'][] = ['signed_out', 'forbidden', 'revoked'];

/** The objects of a stream of lines, whatever pieces the network cut it into. */
export async function* eventsOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<LiveEvent> {
	const decoder = new TextDecoder();
	let rest = '';
	for await (const piece of bytes) {
		const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
		rest = lines.pop() ?? '';
		if (rest.length > lineCharactersMax) throw new SendFailure('unavailable');
		for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as LiveEvent;
	}
}

function createWatchdog({ timers }: Pick<Ports, 'timers'>, bark: () => void) {
	const wait = () => timers.after(watchdogSeconds * 1_000, bark);
	let cancel = wait();
	return {
		feed: () => {
			cancel();
			cancel = wait();
		},
		stop: () => cancel(),
	};
}

type Pause = ReturnType<typeof createPause>;

/** Time between two streams: over early when all of it is stopped, and soon when there is reason. */
function createPause({ timers, random }: Pick<Ports, 'timers' | 'random'>, stopped: AbortSignal) {
	let hurry = () => {};
	const wait = (ms: number, mayHurry: boolean) =>
		new Promise<void>((resolve) => {
			if (stopped.aborted) return resolve();
			let cancel = timers.after(ms, wake);
			stopped.addEventListener('abort', wake, { once: true });
			if (mayHurry)
				hurry = () => {
					hurry = () => {};
					cancel();
					cancel = timers.after(Math.min(ms, jitteredMs(random, 0)), wake);
				};
			function wake() {
				hurry = () => {};
				cancel();
				stopped.removeEventListener('abort', wake);
				resolve();
			}
		});
	return { wait, hurry: () => hurry() };
}
