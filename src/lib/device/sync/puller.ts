import { keyText, type Doc, type DocKey } from '#sync/core/document.ts';
import { collections } from '#sync/core/entity.ts';
import { addMs, msOf, type Instant } from '#sync/core/time.ts';
import type { Ack, SyncAnswer } from '#sync/protocol/sync.ts';
import { leavingAfter, referredIn, release, type Touched } from './leaving.ts';
import { cursorsAfter, historyOf, lastOnes, settle, verdictsOn, type Arrived } from './settle.ts';
import {
	historyKeptMs,
	historyRowsMax,
	type Books,
	type BooksChange,
	type Cursors,
	type Difference,
	type DeviceStore,
	type HistoryEntry,
} from './store.ts';
import { differencesFrom } from './visit.ts';

/**
 * What has been read since a restored server made everything be read again. It lives in memory
 * alone: after a crash the reading starts over, so nothing stale can hide behind a saved cursor.
 */
export type Refetch = { readonly era: number; cursors: Cursors; readonly seen: Set<string> };

/** How the phone's clock stood around the request, for measuring how wrong it is. */
export type Trip = { readonly sentAt: Instant; readonly receivedAt: Instant };

/** What is known around an answer when it is taken in. */
export type Taking = {
	readonly trip: Trip;
	readonly refetch: Refetch | null;
	/** Parked work that the request asked about. */
	readonly asked: readonly string[];
	readonly touched: Touched;
};

/**
 * Takes one answer in: documents first, collection by collection, then acks and cursors in one
 * transaction. A crash in between leaves the old cursors, so the same page comes again; putting it
 * twice is harmless. An empty page saves its cursors like any other.
 *
 * What has gone while unsettled work refers to it stays until that work is settled.
 */
export async function applyPage(
	store: DeviceStore,
	answer: SyncAnswer,
	taking: Taking,
): Promise<readonly DocKey[]> {
	const { refetch, touched } = taking;
	const before = await store.books();
	const referred = referredIn(before.outbox, touched);
	if (!refetch) await begin(store, answer);
	const { keys, held } = await writePage(store, answer, referred);
	if (refetch) {
		for (const key of [...keys, ...held]) refetch.seen.add(keyText(key));
		refetch.cursors = cursorsAfter(refetch.cursors, answer);
		if (!answer.more && !answer.stale && !answer.outdated) {
			const unseen = await forgetUnseen(store, refetch.seen, referred);
			keys.push(...unseen.keys);
			held.push(...unseen.held);
		}
	}
	const found = await comparedIn(store, before, answer);
	const verdicts = await verdictsIn(store, answer);
	const known = { ...taking, held, found, verdicts, put: putIn(answer) };
	await store.change((books) => booksAfter(books, answer, known));
	const leaving = held.length + (before.place.leaving ?? []).length;
	if (leaving > 0) keys.push(...(await release(store, touched)));
	return keys;
}

/**
 * What begins to be read is written down before its first document. If a crash came in between, and
 * its person's rights ended before the next answer, nobody would know that those documents have to go.
 */
async function begin(store: DeviceStore, answer: SyncAnswer): Promise<void> {
	const { install, era, scopes } = answer;
	if (scopes.added.length === 0) return;
	const begun = Object.fromEntries(scopes.added.map((scope) => [scope, 0]));
	await store.change((books) => ({
		lost: lostAfter(books, answer),
		place: { ...books.place, install, era, cursors: { ...begun, ...books.place.cursors } },
	}));
}

type Page = { readonly keys: DocKey[]; readonly held: DocKey[] };

async function writePage(
	store: DeviceStore,
	answer: SyncAnswer,
	referred: ReadonlySet<string>,
): Promise<Page> {
	const page: Page = { keys: [], held: [] };
	for (const collection of collections) {
		const docs = (answer.docs[collection] ?? []) as readonly Doc[];
		const all = answer.gone.filter((each) => each.collection === collection);
		const gone = all.map(({ id }) => id).filter((id) => !referred.has(id));
		if (docs.length + gone.length > 0) await store.write(collection, docs, gone);
		for (const id of [...docs.map((doc) => doc.id), ...gone]) page.keys.push({ collection, id });
		for (const { id } of all) if (referred.has(id)) page.held.push({ collection, id });
	}
	return page;
}

const putIn = ({ docs }: SyncAnswer): ReadonlySet<string> =>
	new Set(
		collections.flatMap((collection) =>
			(docs[collection] ?? []).map(({ id }) => keyText({ collection, id })),
		),
	);

/** How work that is settled by this answer came out, now that the documents are here. */
async function comparedIn(store: DeviceStore, books: Books, { acks }: SyncAnswer) {
	const found = new Map<string, readonly Difference[]>();
	for (const { id, shown = {} } of lastOnes(books, acks))
		found.set(id, await differencesFrom(shown, (key) => store.doc(key.collection, key.id)));
	return found;
}

const verdictsIn = async (
	store: DeviceStore,
	{ verdicts = [], now }: SyncAnswer,
): Promise<readonly HistoryEntry[]> =>
	verdicts.length === 0 ? [] : verdictsOn(await store.history(historyRowsMax), verdicts, now);

type Known = Taking & {
	readonly held: readonly DocKey[];
	readonly put: ReadonlySet<string>;
	readonly found: ReadonlyMap<string, readonly Difference[]>;
	readonly verdicts: readonly HistoryEntry[];
};

function booksAfter(books: Books, answer: SyncAnswer, known: Known): BooksChange {
	const { cursors, refetching, arrived } = readingAfter(books, answer, known.refetch);
	const { outbox, ended } = settle(books, answer.acks, arrived, answer.now, known.found);
	return {
		outbox,
		ended: [...ended, ...known.verdicts],
		clock: clockOf(answer.now, known.trip) ?? books.clock,
		lost: lostAfter(books, answer),
		place: {
			...books.place,
			install: answer.install,
			era: answer.era,
			cursors,
			refetching,
			syncedAt: answer.now,
			leaving: leavingAfter(books.place, known.put, known.held),
			parked: parkedAfter(books.place, ended, answer.verdicts ?? [], known.asked),
		},
		forgetBefore: addMs(answer.now, -historyKeptMs),
	};
}

type Reading = {
	readonly cursors: Cursors;
	readonly refetching: boolean;
	readonly arrived: Arrived;
};

/** How far this device has read now, and what it may count on having. */
function readingAfter(books: Books, answer: SyncAnswer, refetch: Refetch | null): Reading {
	const { place } = books;
	const nothing = { cursors: null, all: false };
	// No documents came that the cursors could count; what was answered waits for them.
	if (answer.outdated) return { ...place, arrived: nothing };
	if (answer.stale) return { cursors: {}, refetching: true, arrived: nothing };
	const refetching = refetch !== null && answer.more;
	const read = refetch ? refetch.cursors : cursorsAfter(place.cursors, answer);
	const arrived = { cursors: refetching ? null : read, all: !answer.more };
	return { cursors: refetching ? {} : read, refetching, arrived };
}

/**
 * Work that waits at the server, those that were just asked about last: more can wait than one
 * request may name.
 */
function parkedAfter(
	{ parked = [] }: Books['place'],
	ended: readonly HistoryEntry[],
	verdicts: readonly Ack[],
	asked: readonly string[],
): readonly string[] {
	const over = new Set(verdicts.flatMap(({ id, status }) => (status === 'parked' ? [] : [id])));
	const fresh = ended.flatMap(({ id, status }) => (status === 'parked' ? [id] : []));
	const rest = parked.filter((id) => !asked.includes(id));
	const again = parked.filter((id) => asked.includes(id));
	return [...new Set([...rest, ...fresh, ...again])].filter((id) => !over.has(id));
}

/**
 * What was on this browser before its storage was cleared. Only books that never had an answer ask:
 * later the same words would speak of a phone that was copied, or of what was read already.
 */
function lostAfter({ lost, place }: Books, { earlier }: SyncAnswer): Books['lost'] {
	if (earlier === undefined || place.install !== null) return lost;
	if (lost === null && earlier.pending === 0) return null;
	return {
		count: Math.max(lost?.count ?? 0, earlier.pending),
		lastContact: lost?.lastContact ?? earlier.lastContact,
	};
}

/** Removes what the restored server did not send: it does not exist there. */
async function forgetUnseen(
	store: DeviceStore,
	seen: ReadonlySet<string>,
	referred: ReadonlySet<string> = new Set(),
): Promise<Page> {
	const page: Page = { keys: [], held: [] };
	for (const collection of collections) {
		const docs = await store.docs(collection);
		const stale = docs.map(({ id }) => id).filter((id) => !seen.has(`${collection}/${id}`));
		const gone = stale.filter((id) => !referred.has(id));
		if (gone.length > 0) await store.write(collection, [], gone);
		page.keys.push(...gone.map((id) => ({ collection, id })));
		for (const id of stale) if (referred.has(id)) page.held.push({ collection, id });
	}
	return page;
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
	const { keys } = await forgetUnseen(store, new Set());
	await store.change((books) => ({
		device: { id: deviceId, nextSeq: 1 },
		outbox: [],
		ended: books.outbox
			.filter((row) => !row.withdrawn)
			.map((row) =>
				historyOf(row, books.device.id, {
					status: row.ack === null ? 'dropped' : row.ack.status,
					...{ refusal: null, extras: null, endedAt: answer.now },
				}),
			),
		place: {
			...books.place,
			install: answer.install,
			era: answer.era,
			syncedAt: answer.now,
			...{ leaving: [], parked: [] },
		},
	}));
	return keys;
}

/** Same data set, restored from a backup: everything is read again, and kept until it is replaced. */
export const refetched = (place: Books['place'], answer: SyncAnswer): Books['place'] => ({
	...place,
	era: answer.era,
	cursors: {},
	refetching: true,
});
