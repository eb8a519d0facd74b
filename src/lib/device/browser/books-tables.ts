import { Dexie, type PromiseExtended, type Table } from 'dexie';
import type { Books, BooksChange, HistoryEntry, OutboxRow } from '#lib/device/sync/store.ts';

/** A photo, by the hash of its bytes. */
export type KeptPhoto = {
	readonly sha: string;
	readonly type: string;
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** `refused`: the server will never take it. */
	readonly state: 'waiting' | 'uploaded' | 'refused';
};

export type Tables = {
	readonly db: Dexie;
	readonly outbox: Table<OutboxRow, number>;
	readonly history: Table<HistoryEntry, string>;
	readonly meta: Table<{ key: string; value: unknown }, string>;
	readonly photos: Table<KeptPhoto, string>;
};

/**
 * New versions of this database only add. "Strict" makes Chromium wait until the disk has the data
 * before a write counts as done; the default would lose the last taps of a phone whose battery dies.
 * Not opened by itself again: once it is deleted, a tab that lags behind must not bring it back.
 */
export async function openTables(name: string): Promise<Tables> {
	const db = new Dexie(name, { chromeTransactionDurability: 'strict', autoOpen: false });
	db.version(1).stores({ outbox: 'seq', history: 'id, endedAt', meta: 'key' });
	db.version(2).stores({ blobs: 'sha, state' });
	await db.open();
	return {
		db,
		outbox: db.table('outbox'),
		history: db.table('history'),
		meta: db.table('meta'),
		photos: db.table('blobs'),
	};
}

export type Meta = Pick<Books, 'device' | 'place' | 'clock' | 'lost'>;

/*
 * In transactions nothing is awaited, promises are chained: Dexie's own keep a transaction open to
 * the end, native ones let it finish first now and then, and then what was written counts as failed.
 * What is asked for in order is done in order.
 */

export const readMeta = ({ meta }: Tables): PromiseExtended<Meta> =>
	meta.bulkGet(['device', 'place', 'clock', 'lost']).then(([device, place, clock, lost]) => ({
		device: device?.value as Meta['device'],
		place: place?.value as Meta['place'],
		clock: (clock?.value ?? null) as Meta['clock'],
		lost: (lost?.value ?? null) as Meta['lost'], // Books of the first version had none.
	}));

export const readBooks = (tables: Tables): PromiseExtended<Books> =>
	tables.outbox
		.orderBy('seq')
		.toArray()
		.then((outbox) => readMeta(tables).then((meta) => ({ ...meta, outbox })));

const browserKey = 'browserId';

/** The browser's id that the server knows this device with: what it forgets elsewhere counts here. */
export const keptBrowserId = ({ meta }: Tables): PromiseExtended<string | undefined> =>
	meta.get(browserKey).then((row) => row?.value as string | undefined);

export const putBrowserId = ({ meta }: Tables, value: string): PromiseExtended<unknown> =>
	meta.put({ key: browserKey, value });

/** What is not given stays as it is. */
export function putMeta(
	{ meta }: Tables,
	{ device, place, clock, lost }: BooksChange,
): PromiseExtended<unknown> {
	const rows = Object.entries({ device, place, clock, lost })
		.filter(([, value]) => value !== undefined)
		.map(([key, value]) => ({ key, value }));
	return meta.bulkPut(rows);
}

export function writeChange(
	tables: Tables,
	books: Books,
	change: BooksChange,
): PromiseExtended<unknown> {
	const { outbox, history } = tables;
	const writes: PromiseExtended<unknown>[] = [putMeta(tables, change)];
	if (change.outbox) {
		const kept = new Set(change.outbox.map(({ seq }) => seq));
		const before = new Set(books.outbox);
		const gone = books.outbox.map(({ seq }) => seq).filter((seq) => !kept.has(seq));
		writes.push(outbox.bulkDelete(gone));
		writes.push(outbox.bulkPut(change.outbox.filter((row) => !before.has(row))));
	}
	if (change.reoffered) writes.push(history.bulkDelete([...change.reoffered]));
	if (change.ended) writes.push(history.bulkPut([...change.ended]));
	if (change.forgetBefore)
		writes.push(history.where('endedAt').below(change.forgetBefore).delete());
	return Dexie.Promise.all(writes);
}
