import { keyText, type DocKey } from '#sync/core/document.ts';
import { collections } from '#sync/core/entity.ts';
import type { Books, DeviceStore, OutboxRow } from './store.ts';

/** Ids of documents that a piece of work has read or written here, as far as it has run. */
export type Touched = (row: OutboxRow) => Iterable<string>;

const idPattern = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Every id that a text names. */
export const idsIn = (text: string): readonly string[] => text.match(idPattern) ?? [];

/**
 * Documents that unsettled work refers to: named in its text, shown with it, or touched when it ran
 * here. Such a document is not removed under it, or its author would look at a card that names
 * nothing, and the work would seem impossible just while it is being judged.
 */
export function referredIn(rows: readonly OutboxRow[], touched: Touched): ReadonlySet<string> {
	const referred = new Set<string>();
	for (const row of rows) {
		if (row.withdrawn) continue;
		for (const id of idsIn(row.text)) referred.add(id);
		for (const id of touched(row)) referred.add(id);
		for (const id of [row.subject?.bookingId, row.shown?.jobId]) if (id) referred.add(id);
	}
	return referred;
}

/** What still has to leave, after these documents came (back) and those could not be removed. */
export function leavingAfter(
	{ leaving = [] }: Books['place'],
	put: ReadonlySet<string>,
	held: readonly DocKey[],
): readonly DocKey[] {
	const all = new Map([...leaving, ...held].map((key) => [keyText(key), key]));
	return [...all].flatMap(([text, key]) => (put.has(text) ? [] : [key]));
}

/**
 * Removes what was kept for work that is settled by now: documents first, the note of them last. A
 * crash in between repeats it. Call it only under the lock of the sync: a page that brings such a
 * document back must not come in between.
 */
export async function release(store: DeviceStore, touched: Touched): Promise<readonly DocKey[]> {
	const { place, outbox } = await store.books();
	const { leaving = [] } = place;
	if (leaving.length === 0) return [];
	const referred = referredIn(outbox, touched);
	const free = leaving.filter(({ id }) => !referred.has(id));
	if (free.length === 0) return [];
	for (const collection of collections) {
		const gone = free.filter((key) => key.collection === collection).map(({ id }) => id);
		if (gone.length > 0) await store.write(collection, [], gone);
	}
	const removed = new Set(free.map(keyText));
	await store.change((books) => ({
		place: {
			...books.place,
			leaving: (books.place.leaving ?? []).filter((key) => !removed.has(keyText(key))),
		},
	}));
	return free;
}
