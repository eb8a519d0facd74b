import type { AnyMutator } from '#sync/core/mutator.ts';
import { thaw } from './outbox.ts';
import { aboutUnrun } from './run.ts';
import type { HistoryEntry } from './store.ts';

/**
 * Ids of documents that ended work was about, as far as its arguments tell; what it made comes first.
 * A text never changes, so each is read once.
 *
 * Apart from the marks: it needs the mutators and their parsers, which no first screen waits for.
 */
export function concernedBy(
	mutatorNamed: (name: string) => AnyMutator | null,
): (entry: HistoryEntry) => ReadonlySet<string> {
	const known = new Map<string, ReadonlySet<string>>();
	return ({ id, name, text }) => {
		const about = known.get(id) ?? aboutUnrun(mutatorNamed(name), thaw(text));
		known.set(id, about);
		return about;
	};
}
