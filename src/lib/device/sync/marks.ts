import type { Instant } from '#sync/core/time.ts';
import type { PendingWork } from './device.ts';
import type { HistoryEntry } from './store.ts';

/** What a list shows beside a row about the last thing that was done to it on this phone. */
export type Mark =
	| { readonly state: 'queued' | 'sending' | 'accepted'; readonly mutation: PendingWork }
	| { readonly state: Fate; readonly mutation: Remembered };

/** How it ended, in the words of a screen. */
export type Fate =
	'accepted' | 'seen' | 'changed' | 'kept' | 'refused' | 'lost' | 'review' | 'withdrawn';

export type Remembered = HistoryEntry & { readonly about: ReadonlySet<string> };

/**
 * The mark of a document: of the newest pending work that concerns it, else of the newest that has
 * ended. What its author has read, or taken back, marks nothing any more. `seenAt` is when the other
 * side of the visit last looked at it: then whatever had ended by then was seen.
 */
export function markFor(
	id: string,
	pending: readonly PendingWork[],
	history: readonly Remembered[],
	seenAt: Instant | null = null,
): Mark | null {
	const unsettled = pending.findLast(({ about }) => about.has(id));
	if (unsettled) return { state: unsettled.status, mutation: unsettled };
	const ended = history.find(
		({ about, dismissed, status }) => about.has(id) && !dismissed && status !== 'withdrawn',
	);
	return ended ? { state: fateOf(ended, seenAt), mutation: ended } : null;
}

/** What did not go through as it was meant, by how it ended. */
const otherwise = {
	recorded: 'kept',
	parked: 'review',
	refused: 'refused',
	dropped: 'lost',
	withdrawn: 'withdrawn',
} as const satisfies Partial<Record<HistoryEntry['status'], Fate>>;

export function fateOf(
	{ status, differences = [], endedAt }: HistoryEntry,
	seenAt: Instant | null = null,
): Fate {
	if (status !== 'applied' && status !== 'noop') return otherwise[status];
	if (differences.length > 0) return 'changed';
	return seenAt !== null && seenAt >= endedAt ? 'seen' : 'accepted';
}

/** It ended otherwise than its author believes, and he has not read that yet. */
export const needsAuthor = (entry: HistoryEntry): boolean =>
	!entry.dismissed && ['changed', 'kept', 'refused', 'lost'].includes(fateOf(entry));
