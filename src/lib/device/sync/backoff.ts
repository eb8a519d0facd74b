import { msOf, type Instant } from '#sync/core/time.ts';
import type { Ports } from './ports.ts';

const retryMsMin = 1_000;
const retryMsMax = 60_000;
/** Somebody who looks at a screen does not wait a minute for a server that is back. */
const retryMsMaxSeen = 15_000;

/**
 * How long to wait after so many failures in a row: any moment within a time that doubles ("full
 * jitter"), so that a thousand phones do not come back to a mended server in the same second.
 */
export const jitteredMs = (random: Ports['random'], failures: number, isSeen = false): number =>
	random() * Math.min(isSeen ? retryMsMaxSeen : retryMsMax, retryMsMin * 2 ** failures);

export type Retry = {
	readonly later: (atLeastMs: number) => void;
	/** Within a second, however far off the next try was. */
	readonly soon: () => void;
	readonly cancel: () => void;
	/** It worked: the next failure is the first again. */
	readonly succeeded: () => void;
};

/** Runs `again` some time after each failure, at most once at a time; sooner while somebody looks. */
export function createRetry(
	{ timers, random }: Pick<Ports, 'timers' | 'random'>,
	again: () => void,
	isVisible: () => boolean = () => false,
): Retry {
	let failures = 0;
	let isSoon = false;
	let cancel = () => {};
	const within = (ms: number, soon: boolean) => {
		cancel();
		cancel = timers.after(ms, again);
		isSoon = soon;
	};
	return {
		later: (atLeastMs) => {
			within(Math.max(atLeastMs, jitteredMs(random, failures, isVisible())), false);
			failures += 1;
		},
		soon: () => {
			if (!isSoon) within(retryMsMin, true);
		},
		cancel: () => cancel(),
		succeeded: () => {
			failures = 0;
		},
	};
}

/** So soon after a failure nobody needs to try on his own. */
const restMs = 1_000;

/**
 * A retry that can say whether it has just failed; then it is tried again within a second. Ten taps
 * in a row without network need one try, as each reads the whole outbox.
 */
export function withRest(
	retry: Retry,
	clock: Ports['clock'],
): Retry & { readonly rests: () => boolean } {
	let failedAt: Instant | null = null;
	return {
		...retry,
		later: (atLeastMs) => {
			failedAt = clock.now();
			retry.later(atLeastMs);
		},
		cancel: () => {
			failedAt = null;
			retry.cancel();
		},
		rests: () => {
			const sinceMs = failedAt === null ? restMs : msOf(clock.now()) - msOf(failedAt);
			const hasJustFailed = 0 <= sinceMs && sinceMs < restMs;
			if (hasJustFailed) retry.soon();
			return hasJustFailed;
		},
	};
}
