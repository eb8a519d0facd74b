import type { DocKey } from '#sync/core/document.ts';
import {
	askingMax,
	mutationsMax,
	pushBytesMax,
	type SyncAnswer,
	type SyncRequest,
} from '#sync/protocol/sync.ts';
import type { Touched } from './leaving.ts';
import { createMutex } from './mutex.ts';
import { SendFailure, type Ports, type SendOptions } from './ports.ts';
import { applyPage, refetched, startOver, type Refetch, type Trip } from './puller.ts';
import { asAnother, disagrees, reofferAll, reofferFrom } from './settle.ts';
import { historyRowsMax, type Books, type DeviceStore, type OutboxRow } from './store.ts';
import type { Sights } from './seen.ts';
import { bytesOf, wireText } from './outbox.ts';

export type RoundOptions = {
	readonly store: DeviceStore;
	readonly ports: Pick<Ports, 'clock' | 'newId' | 'send'>;
	readonly build: string;
	readonly browserId: string;
	/** Documents that a piece of work touched when it ran here. */
	readonly touched: Touched;
	/** What was on the screen and is told along the way. */
	readonly sights: Sights;
	/** Nothing more is read or written once this holds. */
	readonly isOver: () => boolean;
	/** Told what is on its way, and that it is not any more. */
	readonly sending: (seqs: readonly number[]) => void;
	/** Told which documents changed, after everything of an answer is stored. */
	readonly applied: (keys: readonly DocKey[], answer: SyncAnswer) => Promise<void>;
};

export type Round = {
	/** One request and what comes of its answer. Resolves to whether there is more to do at once. */
	readonly go: (options?: SendOptions) => Promise<boolean>;
	/** Runs while no batch is being made up and no answer is being stored. */
	readonly between: <T>(work: () => Promise<T>) => Promise<T>;
	/** Resolves when the store is not being used. An answer that is still on its way is dropped. */
	readonly idle: () => Promise<void>;
};

/**
 * Push and pull in one round trip. What is sent is the head of the outbox, first in, first out, cut
 * by number and bytes; the server answers with acks and with what changed since the cursors.
 *
 * The caller sees to it that one is in flight per user. A crash anywhere is harmless: unanswered
 * mutations are sent again, and the server knows them by their ids.
 */
export function createRound(options: RoundOptions): Round {
	const { store, ports, sending, isOver } = options;
	const storing = createMutex();
	let refetch: Refetch | null = null;
	let batchMax = mutationsMax;
	/** Reading from the start, without a break since: in memory, for a break may last for months. */
	let anew = false;
	/** The last answer was to begin again, in one way or another. */
	let sentBack = false;

	const prepare = () =>
		storing(async () => {
			if (isOver()) return null;
			const books = await store.books();
			refetch = refetchOf(books, refetch);
			const batch = batchOf(books.outbox, batchMax);
			const cursors = { ...(refetch ? refetch.cursors : books.place.cursors) };
			anew ||= Object.keys(cursors).length === 0;
			const request = { ...requestOf(options, books, batch), cursors, ...(anew ? { anew } : {}) };
			sending(batch.map(({ seq }) => seq));
			return { books, refetch, batch, request };
		});

	async function go(sendOptions: SendOptions = {}): Promise<boolean> {
		const prepared = await prepare();
		if (prepared === null) return false;
		const { batch, request } = prepared;

		const sentAt = ports.clock.now();
		let answer: SyncAnswer;
		try {
			answer = await ports.send(request, sendOptions);
		} catch (error) {
			const tooLarge = error instanceof SendFailure && error.reason === 'too_large';
			if (!tooLarge || batch.length < 2) throw error;
			batchMax = Math.ceil(batch.length / 2);
			return true;
		} finally {
			sending([]);
		}
		batchMax = Math.min(mutationsMax, batchMax * 2);
		const trip = { sentAt, receivedAt: ports.clock.now() };
		return storing(async () => {
			if (isOver()) return false;
			// What was read so far may have holes by now: from the start, once more.
			if (answer.stale) refetch = null;
			if (!answer.more) anew = false;
			const isSentBack = beginsAgain(answer);
			const again = await absorb(options, answer, { ...prepared, trip });
			// Once is how it goes on. A server that says so every time is unwell, and is left in peace.
			if (sentBack && isSentBack) throw new SendFailure('unavailable');
			sentBack = isSentBack;
			return again;
		});
	}

	return { go, between: storing, idle: () => storing(() => Promise.resolve()) };
}

export const beginsAgain = ({ forked, stale }: SyncAnswer): boolean =>
	forked === true || stale === true;

/** Goes on with what was begun, unless the server was restored once more meanwhile. */
function refetchOf({ place }: Books, begun: Refetch | null): Refetch | null {
	if (!place.refetching || place.era === null) return null;
	if (begun?.era === place.era) return begun;
	return { era: place.era, cursors: {}, seen: new Set() };
}

type Taken = {
	readonly books: Books;
	readonly batch: readonly OutboxRow[];
	readonly request: SyncRequest;
	readonly trip: Trip;
	readonly refetch: Refetch | null;
};

async function absorb(options: RoundOptions, answer: SyncAnswer, taken: Taken): Promise<boolean> {
	const { store, applied, sights, touched } = options;
	const { books, batch, request, trip, refetch } = taken;
	sights.told(request.seen);
	if (await followServer(options, books, answer)) return true;

	const { asking: asked } = request;
	const keys = await applyPage(store, answer, { trip, refetch, asked, touched });
	const after = await store.books();
	const renumbered = await numbersAgain(options, answer, after);
	await applied(keys, answer);

	const left = after.outbox.some((row) => row.ack === null);
	const again = answer.more || answer.stale === true || renumbered;
	const stuck = left && batch.length > 0 && !again && answer.acks.length === 0;
	if (stuck) throw new SendFailure('unavailable');
	return again || left || sights.waiting();
}

/** Agrees with the server on numbers. Whether anything had to change. */
async function numbersAgain(
	options: RoundOptions,
	answer: SyncAnswer,
	books: Books,
): Promise<boolean> {
	if (answer.forked) return becomeAnother(options);
	const expected = answer.gap ?? answer.lastSeq + 1;
	return disagrees(books, expected) && reoffer(options, expected);
}

/**
 * Whether the server is another than this device knew: its answer then speaks of things that the
 * device did not ask about, so nothing of it is used but who it is, and it is asked again.
 */
async function followServer(
	{ store, ports, applied }: RoundOptions,
	{ place }: Books,
	answer: SyncAnswer,
): Promise<boolean> {
	if (place.install === null) return false;
	if (place.install !== answer.install) {
		await applied(await startOver(store, answer, ports.newId()), answer);
		return true;
	}
	if (place.era === answer.era) return false;
	const history = await store.history(historyRowsMax);
	const freshId = ports.newId();
	await store.change((books) => {
		const { ids, ...again } = reofferAll(books, history, freshId);
		return { place: refetched(books.place, answer), ...again, reoffered: ids };
	});
	return true;
}

/**
 * Another phone uses this one's numbers: it was copied, or restored from a backup. Each goes on
 * under an id of its own, and what has not been taken yet is sent again under new numbers.
 */
async function becomeAnother({ store, ports }: RoundOptions): Promise<true> {
	const freshId = ports.newId();
	await store.change(({ outbox }) => asAnother(outbox, freshId));
	return true;
}

/** Makes the outbox begin where the server waits for it. */
async function reoffer({ store, ports }: RoundOptions, expected: number): Promise<true> {
	const history = await store.history(historyRowsMax);
	const freshId = ports.newId();
	await store.change((books) => {
		const { outbox, ids, device } = reofferFrom(books, history, expected);
		if (device !== null) return { outbox, reoffered: ids, device };
		return { ...asAnother(outbox, freshId), reoffered: ids };
	});
	return true;
}

function requestOf(
	{ build, browserId, sights }: RoundOptions,
	{ place, device, outbox }: Books,
	batch: readonly OutboxRow[],
): Omit<SyncRequest, 'cursors' | 'anew'> {
	return {
		install: place.install,
		era: place.era,
		schema: place.schema,
		build,
		device: { id: device.id, browserId },
		pending: outbox.filter((row) => row.ack === null).length,
		mutations: batch.map((row) => ({ seq: row.seq, text: wireText(row) })),
		asking: (place.parked ?? []).slice(0, askingMax),
		seen: sights.next(),
	};
}

/** The head of what is not answered yet: so many rows, so many bytes, but always one. */
function batchOf(outbox: readonly OutboxRow[], rowsMax: number): readonly OutboxRow[] {
	const batch: OutboxRow[] = [];
	let bytes = 0;
	for (const row of outbox) {
		if (row.ack !== null) continue;
		bytes += bytesOf(row.text);
		if (batch.length === rowsMax || (batch.length > 0 && bytes > pushBytesMax)) break;
		batch.push(row);
	}
	return batch;
}
