import { watchdogSeconds, type Heads, type LiveEvent } from '#sync/protocol/live.ts';
import { jitteredMs } from './backoff.ts';
import { SendFailure, type Ports } from './ports.ts';

export type LiveStream = { readonly stop: () => void };

export type LiveStreamOptions = {
	readonly ports: Pick<Ports, 'timers' | 'random' | 'locks' | 'report'>;
	readonly lockName: string;
	/** Opens `GET /api/sync/live`; its bytes end when the server closes it. */
	readonly connect: (signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
	/** The counters of some scopes as the server has them now. */
	readonly heads: (heads: Heads) => void;
};

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
	ports
		.locks(lockName, () => keepListening(options, stopped.signal), stopped.signal)
		.catch((error: unknown) => {
			if (!stopped.signal.aborted) ports.report(error);
		});
	return { stop: () => stopped.abort() };
}

/** Ends when it is stopped, or turned away for good: signed out, or not allowed. */
async function keepListening(options: LiveStreamOptions, stopped: AbortSignal): Promise<void> {
	const { ports } = options;
	let failures = 0;
	while (!stopped.aborted) {
		const end = await listenOnce(options, stopped);
		if (end.kind === 'turned_away') return;
		failures = end.heard ? 0 : failures + 1;
		await sleep(ports, end.retryMs + jitteredMs(ports.random, failures), stopped);
	}
}

type End =
	| { readonly kind: 'turned_away' }
	| { readonly kind: 'closed'; readonly heard: boolean; readonly retryMs: number };

async function listenOnce(options: LiveStreamOptions, stopped: AbortSignal): Promise<End> {
	const connection = new AbortController();
	const hangUp = () => connection.abort();
	stopped.addEventListener('abort', hangUp);
	const watchdog = createWatchdog(options.ports, hangUp);
	let heard = false;
	let retryMs = 0;
	try {
		for await (const event of eventsOf(await options.connect(connection.signal))) {
			if (connection.signal.aborted) break;
			watchdog.feed();
			heard = true;
			retryMs = take(event, options.heads);
		}
	} catch (error) {
		if (error instanceof SendFailure && turnedAway.includes(error.reason))
			return { kind: 'turned_away' };
		if (!(error instanceof SendFailure) && !connection.signal.aborted) options.ports.report(error);
	} finally {
		watchdog.stop();
		stopped.removeEventListener('abort', hangUp);
		connection.abort();
	}
	return { kind: 'closed', heard, retryMs };
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

const turnedAway: readonly SendFailure['reason'][] = ['signed_out', 'forbidden'];

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

const sleep = ({ timers }: Pick<Ports, 'timers'>, ms: number, stopped: AbortSignal) =>
	new Promise<void>((resolve) => {
		if (stopped.aborted) return resolve();
		const cancel = timers.after(ms, wake);
		stopped.addEventListener('abort', wake, { once: true });
		function wake() {
			cancel();
			stopped.removeEventListener('abort', wake);
			resolve();
		}
	});
