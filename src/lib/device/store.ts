import type { CollectionName } from '#sync/core/entity.ts';
import type { Doc } from '#sync/core/document.ts';
import type { Extras, Refusal } from '#sync/core/rejection.ts';
import { dayMs, type Instant } from '#sync/core/time.ts';
import type { Ack, Status } from '#sync/protocol/sync.ts';

/**
 * All that a device keeps, as its code sees it: the **books** (unsent work and what is known of the
 * server, sacred) and the **documents** (what the server confirmed, a cache that can be read again).
 *
 * Memory implements it for the simulation, Dexie and RxDB for the browser. Every write of the books
 * is one transaction; documents and books are two databases and have none in common, so documents
 * are always written first and cursors last: a crash in between repeats a page, never skips one.
 * (docs/sync-protocol.md, "The device")
 */
export interface DeviceStore {
	books(): Promise<Books>;
	/**
	 * Adds work under the next number of this device, both in one transaction. Rejects when the row
	 * could not be made durable; then no number is used up and nothing may be shown.
	 */
	append(entry: OutboxEntry): Promise<OutboxRow>;
	/** Changes the books in one transaction; `edit` gets them as they are inside it. */
	change(edit: (books: Books) => BooksChange): Promise<void>;
	/** What became of earlier work, newest first. */
	history(rowsMax: number): Promise<readonly HistoryEntry[]>;
	/** A refusal was read by the person it concerns. */
	dismiss(id: string): Promise<void>;

	doc(collection: CollectionName, id: string): Promise<Doc | null>;
	docs(collection: CollectionName): Promise<readonly Doc[]>;
	/** Puts these documents and forgets those ids. Doing it twice is doing it once. */
	write(collection: CollectionName, docs: readonly Doc[], gone: readonly string[]): Promise<void>;
	close(): Promise<void>;
}

export type Books = {
	readonly device: { readonly id: string; readonly nextSeq: number };
	readonly place: Place;
	/** Server minus phone in milliseconds and the error of it, as last measured. */
	readonly clock: { readonly offsetMs: number; readonly errorMs: number } | null;
	/** Unsettled work in the order of its numbers. */
	readonly outbox: readonly OutboxRow[];
};

/** How far this device has read, and of what. */
type Place = {
	/** The shape of the documents; another one starts a new cache. */
	readonly schema: number;
	readonly install: string | null;
	readonly era: number | null;
	readonly cursors: Cursors;
	/** The server was restored: everything is being read again, and cursors count only at the end. */
	readonly refetching: boolean;
	readonly syncedAt: Instant | null;
};
export type Cursors = Readonly<Record<string, number>>;

export type BooksChange = {
	readonly device?: Books['device'];
	readonly place?: Place;
	readonly clock?: Books['clock'];
	/** The outbox as it is afterwards. */
	readonly outbox?: readonly OutboxRow[];
	/** Work that leaves the outbox for the history. */
	readonly ended?: readonly HistoryEntry[];
	/** Work that came back from the history: ids. */
	readonly reoffered?: readonly string[];
	/** History that ended before this is forgotten. */
	readonly forgetBefore?: Instant;
};

export type OutboxEntry = {
	readonly id: string;
	readonly name: string;
	/** The mutation as JSON, frozen when it was enqueued: the server hashes just these bytes. */
	readonly text: string;
	readonly enqueuedAt: Instant;
};

export type OutboxRow = OutboxEntry & {
	/** Contiguous from 1 for each device of each user. */
	readonly seq: number;
	/** What the server answered; null: not answered yet. With an ack it waits for its effects. */
	readonly ack: Ack | null;
};

/** `dropped`: the server's whole data set was replaced before this could be delivered. */
type Ending = Status | 'dropped';

export type HistoryEntry = OutboxEntry & {
	readonly seq: number;
	/** The device's id at that time: numbers mean nothing without it. */
	readonly deviceId: string;
	readonly status: Ending;
	readonly refusal: Refusal | null;
	readonly extras: Extras | null;
	readonly endedAt: Instant;
	readonly dismissed: boolean;
};

/** So long a device can give back to a restored server what that had already acknowledged. */
export const historyKeptMs = 30 * dayMs;
/** Rows of history that are looked through for it. */
export const historyRowsMax = 2_000;

export const freshBooks = (deviceId: string, schema: number): Books => ({
	device: { id: deviceId, nextSeq: 1 },
	place: {
		schema,
		install: null,
		era: null,
		cursors: {},
		refetching: false,
		syncedAt: null,
	},
	clock: null,
	outbox: [],
});
