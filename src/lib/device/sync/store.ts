import type { CollectionName } from '#sync/core/entity.ts';
import type { Doc, DocKey } from '#sync/core/document.ts';
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
	/**
	 * Changes the books in one transaction; `edit` gets them as they are inside it. Rejects, and
	 * changes nothing, when `edit` throws or the disk refuses.
	 */
	change(edit: (books: Books) => BooksChange): Promise<void>;
	/** What became of earlier work, newest first. */
	history(rowsMax: number): Promise<readonly HistoryEntry[]>;
	/** A refusal was read by the person it concerns. */
	dismiss(id: string): Promise<void>;

	doc(collection: CollectionName, id: string): Promise<Doc | null>;
	/** All of a collection, or those of these ids that are there. */
	docs(collection: CollectionName, ids?: readonly string[]): Promise<readonly Doc[]>;
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
	/** This browser threw away what was on it: told until its owner has read it. */
	readonly lost: Lost | null;
};

/** What is known of work that was on this phone when its storage was cleared. */
export type Lost = {
	/** Actions that had not been sent; null: nobody counted. */
	readonly count: number | null;
	/** When the server last heard of them. */
	readonly lastContact: Instant | null;
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
	/** Documents that the server has taken away under unsettled work: removed once that is settled. */
	readonly leaving?: readonly DocKey[];
	/** Work that waits at the server for a person or a newer version: asked about in every round. */
	readonly parked?: readonly string[];
};
export type Cursors = Readonly<Record<string, number>>;

export type BooksChange = {
	readonly device?: Books['device'];
	readonly place?: Place;
	readonly clock?: Books['clock'];
	readonly lost?: Books['lost'];
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
	/** What it was about, as its author saw it: told when the documents have long left this phone. */
	readonly subject?: Subject;
	/** What this phone showed of the visit once it was done: compared with how it came out. */
	readonly shown?: Shown;
};

/** What an action was about, in the words on the screen then. */
export type Subject = {
	readonly bookingId?: string;
	/** The booking's code, as it is said aloud. */
	readonly code?: string;
	/** The bike's number as issued. */
	readonly plate?: string;
	readonly startAt?: Instant;
};

/** A visit as somebody saw it: only what may come out otherwise without having been refused. */
export type Shown = {
	readonly bookingId?: string;
	readonly jobId?: string;
	readonly startAt?: Instant;
	readonly workerId?: string;
	readonly totalPaise?: number;
};

export type OutboxRow = OutboxEntry & {
	/** Contiguous from 1 for each device of each user. */
	readonly seq: number;
	/** What the server answered; null: not answered yet. With an ack it waits for its effects. */
	readonly ack: Ack | null;
	/** The author took it back before it was sent: what is sent under this number does nothing. */
	readonly withdrawn?: true;
	/** It had ended before, and is given to a server that may have forgotten it. */
	readonly ended?: HistoryEntry;
};

/**
 * `dropped`: the server's whole data set was replaced before this could be delivered. `withdrawn`:
 * taken back by its author before anybody saw it.
 */
type Ending = Status | 'dropped' | 'withdrawn';

/** Something that came out otherwise than this phone had shown it. */
export type Difference = {
	readonly field: 'startAt' | 'workerId' | 'totalPaise';
	readonly before: string | number | null;
	readonly after: string | number | null;
};

export type HistoryEntry = OutboxEntry & {
	readonly seq: number;
	/** The device's id at that time: numbers mean nothing without it. */
	readonly deviceId: string;
	readonly status: Ending;
	readonly refusal: Refusal | null;
	readonly extras: Extras | null;
	readonly endedAt: Instant;
	readonly dismissed: boolean;
	/** Done, but different: what is not as it was shown here when it was done. */
	readonly differences?: readonly Difference[];
};

/**
 * What ended in one answer ended at one moment: then by number. Ids would do as the phone's clock did,
 * and that may have been set back in between.
 */
export const newestFirst = (entries: HistoryEntry[]): HistoryEntry[] =>
	entries.sort((a, b) =>
		a.endedAt < b.endedAt ? 1 : a.endedAt > b.endedAt ? -1 : a.seq < b.seq ? 1 : -1,
	);

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
	lost: null,
});
