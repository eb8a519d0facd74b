import { msOf } from '#sync/core/time.ts';
import { jitteredMs } from './backoff.ts';
import { SendFailure, type Ports, type SendOptions } from './ports.ts';

export type LongPoll = {
	/** Whether to ask with patience from now on, because no stream comes through. */
	readonly use: (on: boolean) => void;
	/** There is nothing to say: asks and waits, a moment from now. */
	readonly later: () => void;
	/** There is something to say: a question that waits is taken back at once. */
	readonly interrupt: () => void;
};

type Heard = { readonly news: boolean; readonly more: boolean };

export type LongPollOptions = {
	readonly ports: Pick<Ports, 'timers' | 'random' | 'clock' | 'report'>;
	/** Nobody looks at a hidden tab: it asks again when it is seen. */
	readonly isVisible: () => boolean;
	/** Asks once; rejects when it is interrupted. */
	readonly ask: (options: SendOptions) => Promise<Heard>;
	/** There is more to do at once. */
	readonly next: () => void;
	/** No answer: the usual way tries again, and asks with patience after that. Throws bugs on. */
	readonly failed: (error: unknown) => void;
};

/** So long the server may keep a question that it has no news for. */
const waitSeconds = 25;
/** A question that is not answered so long after that is lost. */
const patienceMs = (waitSeconds + 15) * 1_000;
/** An empty answer that came sooner did not wait: that server, or a proxy, cannot. */
const soonMs = 5_000;

/**
 * Hears of news where streams do not come through: one question after the other that the server
 * answers when it has something, with a random pause between two, so that phones do not march in step.
 */
export function createLongPoll(options: LongPollOptions): LongPoll {
	const { ports, isVisible, ask, next, failed } = options;
	let on = false;
	let hurried = 0;
	let cancel = () => {};
	let asking: AbortController | null = null;

	const interrupt = () => {
		cancel();
		asking?.abort();
	};
	const later = () => {
		cancel();
		if (on && isVisible()) cancel = ports.timers.after(jitteredMs(ports.random, hurried), poll);
	};

	function poll(): void {
		const mine = new AbortController();
		asking = mine;
		const startedAt = msOf(ports.clock.now());
		const over = ports.timers.after(patienceMs, () => {
			mine.abort();
			failed(new SendFailure('offline'));
		});
		ask({ waitSeconds, signal: mine.signal })
			.then(({ news, more }) => {
				if (mine.signal.aborted) return;
				const soon = msOf(ports.clock.now()) - startedAt < soonMs;
				hurried = soon && !news ? hurried + 1 : 0;
				if (more) next();
				else later();
			})
			.catch((error: unknown) => {
				if (!mine.signal.aborted) failed(error);
			})
			.catch(ports.report)
			.finally(() => {
				over();
				if (asking === mine) asking = null;
			});
	}

	return {
		use: (wanted) => {
			on = wanted;
			if (on) later();
			else interrupt();
		},
		later,
		interrupt,
	};
}
