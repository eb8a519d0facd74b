import { Dexie } from 'dexie';
import {
	openTables,
	putMeta,
	readBooks,
	readMeta,
	writeChange,
	type Meta,
	type Tables,
} from './books-tables.ts';
import type { DeviceStore, OutboxRow } from '#lib/device/sync/store.ts';
import { freshBooks, newestFirst } from '#lib/device/sync/store.ts';
import { whileThereIsRoom, type MakesRoom } from './storage-full.ts';

/** The half of a device's store that must never be lost. */
export type SacredStore = Pick<
	DeviceStore,
	'books' | 'append' | 'change' | 'history' | 'dismiss' | 'close'
>;

/** The same in this browser. */
export type BooksStore = SacredStore & {
	readonly tables: Tables;
	/** The books but for the work in them, which can be much: a screen asks at every answer. */
	readonly meta: () => Promise<Meta>;
	/** There were none: they were made just now. */
	readonly isNew: boolean;
	/** Runs a write, and again once room was made for it; `StorageFull` when none can be made. */
	readonly withRoom: <T>(write: () => Promise<T>) => Promise<T>;
};

/**
 * The books in IndexedDB. Sacred: only signing out deletes them, and only after what they hold was
 * sent, sealed or given up (`sign-out.ts`).
 */
export async function openBooks(
	name: string,
	deviceId: string,
	schema: number,
	makers: readonly MakesRoom[] = [],
): Promise<BooksStore> {
	const tables = await openTables(name);
	const { db, outbox, history, meta } = tables;
	const isNew = await db.transaction('rw', meta, () =>
		meta.get('device').then((known) => {
			if (known !== undefined) return false;
			return putMeta(tables, freshBooks(deviceId, schema)).then(() => true);
		}),
	);
	const withRoom = <T>(write: () => Promise<T>) => whileThereIsRoom(write, makers);

	return {
		tables,
		isNew,
		withRoom,
		meta: () => readMeta(tables).then((meta) => meta),
		books: () => db.transaction('r', outbox, meta, () => readBooks(tables)),
		append: async (entry) => {
			const kept = await withRoom(() =>
				db.transaction('rw', outbox, meta, () =>
					readMeta(tables).then(({ device }) => {
						const row: OutboxRow = { ...entry, seq: device.nextSeq, ack: null };
						const next = { device: { ...device, nextSeq: device.nextSeq + 1 } };
						const writes = [outbox.add(row), putMeta(tables, next)];
						return Dexie.Promise.all<unknown>(writes).then(() => row);
					}),
				),
			);
			await requireKept(tables, kept);
			return kept;
		},
		change: (edit) =>
			withRoom(() =>
				db.transaction('rw', outbox, history, meta, () =>
					readBooks(tables).then((books) => writeChange(tables, books, edit(books))),
				),
			).then(() => undefined),
		history: (rowsMax) =>
			history.orderBy('endedAt').reverse().limit(rowsMax).toArray().then(newestFirst),
		dismiss: async (id) => {
			await withRoom(() => history.update(id, { dismissed: true }));
		},
		close: async () => {
			db.close();
		},
	};
}

/** What is not there after it was written was not written, whatever the browser said. */
async function requireKept({ outbox, history }: Tables, row: OutboxRow): Promise<void> {
	if ((await outbox.get(row.seq))?.id === row.id) return;
	// Another tab may have sent it since, or given it another number.
	if ((await history.get(row.id)) !== undefined) return;
	if ((await outbox.filter(({ id }) => id === row.id).count()) > 0) return;
	throw new Error(`${row.name} was written and is not there`);
}
