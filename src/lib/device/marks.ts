import type { AnyMutator } from '#sync/core/mutator.ts';
import type { PendingWork } from './device.ts';
import { thaw } from './outbox.ts';
import { aboutUnrun } from './overlay.ts';
import type { HistoryEntry } from './store.ts';

/** What a list shows beside a row about the last thing that was done to it on this phone. */
export type Mark =
	| { readonly state: 'queued' | 'sending' | 'accepted'; readonly mutation: PendingWork }
	| { readonly state: 'accepted' | 'recorded' | 'refused'; readonly mutation: HistoryEntry };

export type Remembered = HistoryEntry & { readonly about: ReadonlySet<string> };

/**
 * The mark of a document: of the newest pending work that concerns it, else of the newest that has
 * ended. A refusal that its author has read marks nothing any more.
 */
export function markFor(
	id: string,
	pending: readonly PendingWork[],
	history: readonly Remembered[],
): Mark | null {
	const unsettled = pending.findLast(({ about }) => about.has(id));
	if (unsettled) return { state: unsettled.status, mutation: unsettled };
	const ended = history.find(({ about, dismissed }) => about.has(id) && !dismissed);
	return ended ? { state: stateOf(ended), mutation: ended } : null;
}

function stateOf({ status }: HistoryEntry): 'accepted' | 'recorded' | 'refused' {
	switch (status) {
		case 'applied':
		case 'noop':
			return 'accepted';
		case 'recorded':
		case 'parked':
			return 'recorded';
		case 'refused':
		case 'dropped':
			return 'refused';
	}
}

/** Ids of documents that ended work was about, as far as its arguments tell. */
export const concernedBy = (
	entry: HistoryEntry,
	mutatorNamed: (name: string) => AnyMutator | null,
): ReadonlySet<string> => aboutUnrun(mutatorNamed(entry.name), thaw(entry.text));
