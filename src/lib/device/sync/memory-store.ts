import type { Doc } from '#sync/core/document.ts';
import { collections, type CollectionName } from '#sync/core/entity.ts';
import {
	freshBooks,
	newestFirst,
	type Books,
	type BooksChange,
	type DeviceStore,
	type HistoryEntry,
	type OutboxRow,
} from './store.ts';

/** What a memory phone has on its disk. It outlives the process that wrote it. */
export type MemoryDisk = {
	/** Opens the disk as a (re)started process does. */
	readonly open: () => DeviceStore;
	/**
	 * Kills the process: whatever it had not finished writing never happens, and nothing it still
	 * waits for ever answers. A new `open` sees what was written.
	 */
	readonly kill: () => void;
	/** Makes writes of the books fail from now on, as a full disk does; null: no more. */
	readonly failWrites: (error: Error | null) => void;
	/** Makes just the n-th write from now fail, of whatever. */
	readonly failWriteAt: (nth: number, error: Error) => void;
	/** The browser throws documents away; of a phone that notices, the cursors go with them. */
	readonly evictDocuments: (place: (place: Books['place']) => Books['place']) => void;
	/** The browser throws everything away: the next process finds nothing, and makes up a new device. */
	readonly evictAll: (deviceId: string) => void;
	/** The same disk once more: what happens on one is nothing to the other. */
	readonly copy: () => MemoryDisk;
};

/**
 * A device's store in memory, for the simulation. Every call takes at least one turn of the loop and
 * every write is whole or absent, so a kill between any two steps leaves what a real phone would.
 */
export const createMemoryDisk = (deviceId: string, schema: number): MemoryDisk =>
	diskOn({
		books: freshBooks(deviceId, schema),
		history: new Map(),
		documents: new Map(collections.map((name) => [name, new Map<string, Doc>()])),
		broken: null,
		failing: null,
	});

function diskOn(disk: Disk): MemoryDisk {
	let process = { alive: true };
	return {
		open: () => storeOn(disk, process),
		kill: () => {
			process.alive = false;
			process = { alive: true };
		},
		failWrites: (error) => {
			disk.broken = error;
		},
		failWriteAt: (nth, error) => {
			disk.failing = { left: nth, error };
		},
		evictDocuments: (place) => {
			for (const documents of disk.documents.values()) documents.clear();
			disk.books = { ...disk.books, place: place(disk.books.place) };
		},
		evictAll: (newId) => {
			for (const documents of disk.documents.values()) documents.clear();
			disk.history.clear();
			disk.books = freshBooks(newId, disk.books.place.schema);
		},
		copy: () =>
			diskOn({
				...disk,
				history: new Map(disk.history),
				documents: new Map([...disk.documents].map(([name, docs]) => [name, new Map(docs)])),
			}),
	};
}

type Disk = {
	books: Books;
	readonly history: Map<string, HistoryEntry>;
	readonly documents: Map<CollectionName, Map<string, Doc>>;
	broken: Error | null;
	failing: { left: number; readonly error: Error } | null;
};

/** Throws where a full disk would refuse. */
function spaceOn(disk: Disk, what: 'books' | 'documents'): void {
	if (disk.broken && what === 'books') throw disk.broken;
	if (!disk.failing || (disk.failing.left -= 1) > 0) return;
	const { error } = disk.failing;
	disk.failing = null;
	throw error;
}

function storeOn(disk: Disk, process: { readonly alive: boolean }): DeviceStore {
	/** A turn of the loop before and after: the places where a kill can come. */
	const step = async <T>(work: () => T): Promise<T> => {
		await turn(process);
		const result = work();
		await turn(process);
		return result;
	};
	const change = (edit: (books: Books) => BooksChange) =>
		step(() => {
			spaceOn(disk, 'books');
			applyChange(disk, edit(disk.books));
		});
	const documents = (collection: CollectionName) =>
		disk.documents.get(collection) as Map<string, Doc>;

	return {
		books: () => step(() => disk.books),
		append: (entry) =>
			step(() => {
				spaceOn(disk, 'books');
				const { device, outbox } = disk.books;
				const row: OutboxRow = { ...entry, seq: device.nextSeq, ack: null };
				disk.books = {
					...disk.books,
					device: { ...device, nextSeq: device.nextSeq + 1 },
					outbox: [...outbox, row],
				};
				return row;
			}),
		change,
		history: (rowsMax) => step(() => newestFirst([...disk.history.values()]).slice(0, rowsMax)),
		dismiss: (id) =>
			step(() => {
				const entry = disk.history.get(id);
				if (entry) disk.history.set(id, { ...entry, dismissed: true });
			}),
		doc: (collection, id) => step(() => documents(collection).get(id) ?? null),
		docs: (collection, ids) =>
			step(() => {
				const all = documents(collection);
				return ids ? ids.flatMap((id) => all.get(id) ?? []) : [...all.values()];
			}),
		write: (collection, docs, gone) =>
			step(() => {
				spaceOn(disk, 'documents');
				for (const doc of docs) documents(collection).set(doc.id, doc);
				for (const id of gone) documents(collection).delete(id);
			}),
		close: () => step(() => undefined),
	};
}

async function turn(process: { readonly alive: boolean }): Promise<void> {
	await Promise.resolve();
	if (!process.alive) await new Promise(() => undefined);
}

function applyChange(disk: Disk, change: BooksChange): void {
	const { ended = [], reoffered = [], forgetBefore = '', ...books } = change;
	disk.books = { ...disk.books, ...books };
	const { history } = disk;
	for (const id of reoffered) history.delete(id);
	for (const entry of ended) history.set(entry.id, entry);
	for (const entry of history.values()) if (entry.endedAt < forgetBefore) history.delete(entry.id);
}
