import type { DocKey } from '#sync/core/document.ts';
import {
	mutationsMax,
	pushBytesMax,
	type SyncAnswer,
	type SyncRequest,
} from '#sync/protocol/sync.ts';
import { createMutex } from './mutex.ts';
import { SendFailure, type Ports } from './ports.ts';
import { applyPage, startOver, startRefetch, type Refetch, type Trip } from './puller.ts';
import { disagrees, reofferFrom, renumbered } from './settle.ts';
import { historyRowsMax, type Books, type DeviceStore, type OutboxRow } from './store.ts';
import { bytesOf } from './outbox.ts';

export type RoundOptions = {
	readonly store: DeviceStore;
	readonly ports: Pick<Ports, 'clock' | 'newId' | 'send'>;
	readonly build: string;
	readonly browserId: string;
	/** Nothing more is read or written once this holds. */
	readonly isOver: () => boolean;
	/** Told what is on its way, and that it is not any more. */
	readonly sending: (seqs: readonly number[]) => void;
	/** Told which documents changed, after everything of an answer is stored. */
	readonly applied: (keys: readonly DocKey[], answer: SyncAnswer) => Promise<void>;
};

export type Round = {
	/** One request and what comes of its answer. Resolves to whether there is more to do at once. */
	readonly go: () => Promise<boolean>;
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

	const prepare = () =>
		storing(async () => {
			if (isOver()) return null;
			const books = await store.books();
			refetch = refetchOf(books, refetch);
			return { books, refetch, batch: batchOf(books.outbox, batchMax) };
		});

	async function go(): Promise<boolean> {
		const prepared = await prepare();
		if (prepared === null) return false;
		const { books, batch } = prepared;
		const request = requestOf(options, books, batch, prepared.refetch);

		const sentAt = ports.clock.now();
		sending(batch.map(({ seq }) => seq));
		let answer: SyncAnswer;
		try {
			answer = await ports.send(request);
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
		return storing(async () => !isOver() && absorb(options, answer, { ...prepared, trip }));
	}

	return { go, idle: () => storing(() => Promise.resolve()) };
}

/** Goes on with what was begun, unless the server was restored once more meanwhile. */
function refetchOf({ place }: Books, begun: Refetch | null): Refetch | null {
	if (!place.refetching || place.era === null) return null;
	if (begun?.era === place.era) return begun;
	return { era: place.era, cursors: {}, seen: new Set() };
}

type Taken = {
	readonly books: Books;
	readonly batch: readonly OutboxRow[];
	readonly trip: Trip;
	readonly refetch: Refetch | null;
};

async function absorb(options: RoundOptions, answer: SyncAnswer, taken: Taken): Promise<boolean> {
	const { store, applied } = options;
	const { books, batch, trip, refetch } = taken;
	if (await followServer(options, books, answer)) return true;

	const keys = await applyPage(store, answer, trip, refetch);
	const reoffered = await reoffer(options, answer.gap ?? answer.lastSeq + 1);
	await applied(keys, answer);

	const left = (await store.books()).outbox.some((row) => row.ack === null);
	const moved = answer.more || reoffered || answer.acks.length > 0;
	if (left && !moved && batch.length > 0) throw new SendFailure('unavailable');
	return answer.more || left;
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
	await startRefetch(store, answer);
	return true;
}

/** Makes the outbox begin where the server waits for it. Whether anything had to change. */
async function reoffer({ store, ports }: RoundOptions, expected: number): Promise<boolean> {
	if (!disagrees(await store.books(), expected)) return false;
	const history = await store.history(historyRowsMax);
	const freshId = ports.newId();
	await store.change((books) => {
		const { outbox, ids, device } = reofferFrom(books, history, expected);
		if (device !== null) return { outbox, reoffered: ids, device };
		const rows = renumbered(outbox);
		return {
			outbox: rows,
			reoffered: ids,
			device: { id: freshId, nextSeq: rows.length + 1 },
		};
	});
	return true;
}

function requestOf(
	{ build, browserId }: RoundOptions,
	{ place, device, outbox }: Books,
	batch: readonly OutboxRow[],
	refetch: Refetch | null,
): SyncRequest {
	return {
		install: place.install,
		era: place.era,
		schema: place.schema,
		build,
		device: { id: device.id, browserId },
		pending: outbox.filter((row) => row.ack === null).length,
		cursors: { ...(refetch ? refetch.cursors : place.cursors) },
		mutations: batch.map(({ seq, text }) => ({ seq, text })),
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
