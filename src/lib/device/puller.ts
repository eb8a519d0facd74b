import { keyText, type Doc, type DocKey } from '#sync/core/document.ts';
import { collections } from '#sync/core/entity.ts';
import { addMs, msOf, type Instant } from '#sync/core/time.ts';
import type { SyncAnswer } from '#sync/protocol/sync.ts';
import { cursorsAfter, settle } from './settle.ts';
import {
	historyKeptMs,
	type Books,
	type BooksChange,
	type Cursors,
	type DeviceStore,
	type HistoryEntry,
} from './store.ts';

/**
 * What has been read since a restored server made everything be read again. It lives in memory
 * alone: after a crash the reading starts over, so nothing stale can hide behind a saved cursor.
 */
export type Refetch = { readonly era: number; cursors: Cursors; readonly seen: Set<string> };

/** How the phone's clock stood around the request, for measuring how wrong it is. */
export type Trip = { readonly sentAt: Instant; readonly receivedAt: Instant };

/**
 * Takes one answer in: documents first, collection by collection, then acks and cursors in one
 * transaction. A crash in between leaves the old cursors, so the same page comes again; putting it
 * twice is harmless. An empty page saves its cursors like any other.
 */
export async function applyPage(
	store: DeviceStore,
	answer: SyncAnswer,
	trip: Trip,
	refetch: Refetch | null,
): Promise<readonly DocKey[]> {
	const keys: DocKey[] = [];
	for (const collection of collections) {
		const docs = (answer.docs[collection] ?? []) as readonly Doc[];
		const gone = answer.gone.filter((each) => each.collection === collection);
		const ids = gone.map(({ id }) => id);
		if (docs.length + ids.length > 0) await store.write(collection, docs, ids);
		for (const id of [...docs.map((doc) => doc.id), ...ids]) keys.push({ collection, id });
	}
	if (refetch) {
		for (const key of keys) refetch.seen.add(keyText(key));
		refetch.cursors = cursorsAfter(refetch.cursors, answer);
		if (!answer.more) keys.push(...(await forgetUnseen(store, refetch.seen)));
	}
	await store.change((books) => booksAfter(books, answer, trip, refetch));
	return keys;
}

function booksAfter(
	books: Books,
	answer: SyncAnswer,
	trip: Trip,
	refetch: Refetch | null,
): BooksChange {
	const reading = refetch !== null && answer.more;
	const read = refetch ? refetch.cursors : cursorsAfter(books.place.cursors, answer);
	const arrived = { cursors: reading ? null : read, all: !answer.more };
	return {
		...settle(books, answer.acks, arrived, answer.now),
		clock: clockOf(answer.now, trip) ?? books.clock,
		place: {
			...books.place,
			install: answer.install,
			era: answer.era,
			cursors: reading ? {} : read,
			refetching: reading,
			syncedAt: answer.now,
		},
		forgetBefore: addMs(answer.now, -historyKeptMs),
	};
}

/** Removes what the restored server did not send: it does not exist there. */
async function forgetUnseen(store: DeviceStore, seen: ReadonlySet<string>): Promise<DocKey[]> {
	const keys: DocKey[] = [];
	for (const collection of collections) {
		const docs = await store.docs(collection);
		const stale = docs.map(({ id }) => id).filter((id) => !seen.has(`${collection}/${id}`));
		if (stale.length > 0) await store.write(collection, [], stale);
		keys.push(...stale.map((id) => ({ collection, id })));
	}
	return keys;
}

/** A round trip longer than this says nothing about the clock: it was set meanwhile, or slept. */
const tripMsMax = 10 * 60_000;

/** Server minus phone, taken at the middle of the round trip. */
function clockOf(serverNow: Instant, trip: Trip): Books['clock'] {
	const tripMs = msOf(trip.receivedAt) - msOf(trip.sentAt);
	if (tripMs < 0 || tripMs > tripMsMax) return null;
	const middle = msOf(trip.sentAt) + tripMs / 2;
	return {
		offsetMs: Math.round(msOf(serverNow) - middle),
		errorMs: Math.ceil(tripMs / 2),
	};
}

/**
 * The server has another data set than the one this device knows: nothing here means anything to
 * it. Documents and outbox go; unsent work is kept in the history, where its author can read that it
 * was dropped. The new install is written last, so a crash in between does all of it again.
 */
export async function startOver(
	store: DeviceStore,
	answer: SyncAnswer,
	deviceId: string,
): Promise<readonly DocKey[]> {
	await store.change(({ place }) => ({ place: { ...place, cursors: {}, refetching: false } }));
	const keys = await forgetUnseen(store, new Set());
	await store.change((books) => ({
		device: { id: deviceId, nextSeq: 1 },
		outbox: [],
		ended: books.outbox.map((row): HistoryEntry => {
			const { seq, id, name, text, enqueuedAt, ack } = row;
			return {
				...{ seq, id, name, text, enqueuedAt },
				deviceId: books.device.id,
				status: ack === null ? 'dropped' : ack.status,
				refusal: null,
				extras: null,
				endedAt: answer.now,
				dismissed: false,
			};
		}),
		place: { ...books.place, install: answer.install, era: answer.era, syncedAt: answer.now },
	}));
	return keys;
}

/** Same data set, restored from a backup: everything is read again, and kept until it is replaced. */
export const startRefetch = (store: DeviceStore, answer: SyncAnswer): Promise<void> =>
	store.change(({ place }) => ({
		place: { ...place, era: answer.era, cursors: {}, refetching: true },
	}));
