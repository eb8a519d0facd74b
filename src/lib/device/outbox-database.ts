import { Dexie, type Table } from 'dexie';
import type { DeviceStore, Books, BooksChange, HistoryEntry, OutboxRow } from './store.ts';
import { freshBooks } from './store.ts';

/** The half of a device's store that must never be lost. */
export type BooksStore = Pick<
	DeviceStore,
	'books' | 'append' | 'change' | 'history' | 'dismiss' | 'close'
>;

/**
 * The books in IndexedDB. Sacred: nothing here deletes the database, and new versions of it only
 * add. "Strict" makes Chromium wait until the disk has the data before a write counts as done; the
 * default would lose the last taps of a phone whose battery dies.
 */
export async function openBooks(
	name: string,
	deviceId: string,
	schema: number,
): Promise<BooksStore> {
	const db = new Dexie(name, { chromeTransactionDurability: 'strict' });
	db.version(1).stores({ outbox: 'seq', history: 'id, endedAt', meta: 'key' });
	await db.open();
	const tables: Tables = {
		outbox: db.table('outbox'),
		history: db.table('history'),
		meta: db.table('meta'),
	};
	const { outbox, history, meta } = tables;
	await db.transaction('rw', meta, async () => {
		if ((await meta.count()) > 0) return;
		const { device, place, clock } = freshBooks(deviceId, schema);
		await putMeta(tables, { device, place, clock });
	});

	return {
		books: () => db.transaction('r', outbox, meta, () => readBooks(tables)),
		append: (entry) =>
			db.transaction('rw', outbox, meta, async () => {
				const { device } = await readMeta(tables);
				const row: OutboxRow = { ...entry, seq: device.nextSeq, ack: null };
				await outbox.add(row);
				await putMeta(tables, { device: { ...device, nextSeq: device.nextSeq + 1 } });
				return row;
			}),
		change: (edit) =>
			db.transaction('rw', outbox, history, meta, async () => {
				const books = await readBooks(tables);
				await writeChange(tables, books, edit(books));
			}),
		history: (rowsMax) => history.orderBy('endedAt').reverse().limit(rowsMax).toArray(),
		dismiss: async (id) => {
			await history.update(id, { dismissed: true });
		},
		close: async () => {
			db.close();
		},
	};
}

type Tables = {
	readonly outbox: Table<OutboxRow, number>;
	readonly history: Table<HistoryEntry, string>;
	readonly meta: Table<{ key: string; value: unknown }, string>;
};
type Meta = Pick<Books, 'device' | 'place' | 'clock'>;

async function readMeta({ meta }: Tables): Promise<Meta> {
	const rows = await meta.toArray();
	return Object.fromEntries(rows.map(({ key, value }) => [key, value])) as Meta;
}

async function readBooks(tables: Tables): Promise<Books> {
	const outbox = await tables.outbox.orderBy('seq').toArray();
	return { ...(await readMeta(tables)), outbox };
}

async function putMeta({ meta }: Tables, change: Partial<Meta>): Promise<void> {
	await meta.bulkPut(Object.entries(change).map(([key, value]) => ({ key, value })));
}

async function writeChange(tables: Tables, books: Books, change: BooksChange): Promise<void> {
	const { outbox, history } = tables;
	const { device, place, clock } = change;
	await putMeta(tables, {
		...(device === undefined ? {} : { device }),
		...(place === undefined ? {} : { place }),
		...(clock === undefined ? {} : { clock }),
	});
	if (change.outbox) {
		const kept = new Set(change.outbox.map(({ seq }) => seq));
		const before = new Set(books.outbox);
		await outbox.bulkDelete(books.outbox.map(({ seq }) => seq).filter((seq) => !kept.has(seq)));
		await outbox.bulkPut(change.outbox.filter((row) => !before.has(row)));
	}
	if (change.reoffered) await history.bulkDelete([...change.reoffered]);
	if (change.ended) await history.bulkPut([...change.ended]);
	if (change.forgetBefore) await history.where('endedAt').below(change.forgetBefore).delete();
}
