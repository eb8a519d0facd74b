import type { Ports } from './ports.ts';

const retryMsMin = 1_000;
const retryMsMax = 60_000;

/**
 * How long to wait after so many failures in a row: any moment within a time that doubles ("full
 * jitter"), so that a thousand phones do not come back to a mended server in the same second.
 */
export const jitteredMs = (random: Ports['random'], failures: number): number =>
	random() * Math.min(retryMsMax, retryMsMin * 2 ** failures);

export type Retry = {
	readonly later: (atLeastMs: number) => void;
	readonly cancel: () => void;
	/** It worked: the next failure is the first again. */
	readonly succeeded: () => void;
};

/** Runs `again` some time after each failure, at most once at a time. */
export function createRetry(
	{ timers, random }: Pick<Ports, 'timers' | 'random'>,
	again: () => void,
): Retry {
	let failures = 0;
	let cancel = () => {};
	return {
		later: (atLeastMs) => {
			cancel();
			cancel = timers.after(Math.max(atLeastMs, jitteredMs(random, failures)), again);
			failures += 1;
		},
		cancel: () => cancel(),
		succeeded: () => {
			failures = 0;
		},
	};
}
