import { Dexie } from 'dexie';
import { createRxDatabase, type RxCollection, type RxDatabase } from 'rxdb/plugins/core';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import type { Doc } from '#sync/core/document.ts';
import { collections, type CollectionName } from '#sync/core/entity.ts';
import { dayMs } from '#sync/core/time.ts';
import { rxSchemaOf } from './rx-schema.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';

export type StateCollections = Readonly<Record<CollectionName, RxCollection<Doc>>>;

/** The half of a device's store that can be read again, as RxDB has it for live queries. */
export type StateStore = Pick<DeviceStore, 'doc' | 'docs' | 'write' | 'close'> & {
	readonly collections: StateCollections;
	/** Drawn at random when the database was made: another one is another database. */
	readonly stamp: string;
};

/** What RxDB calls the databases of one state; each collection has its own, and one tells of them. */
const databasePrefix = (name: string) => `rxdb-dexie-${name}--`;

/** Whether each of these databases is there. Part of a state is worse than none: nothing misses it. */
export async function isStateWhole(name: string): Promise<boolean> {
	const present = await Dexie.getDatabaseNames();
	const needed = [...collections, '_rxdb_internal'].map((each) => `--${each}`);
	const mine = present.filter((each) => each.startsWith(databasePrefix(name)));
	return needed.every((each) => mine.some((known) => known.endsWith(each)));
}

/** Cursors must be gone before, or nothing would be read again. */
export async function deleteState(name: string): Promise<void> {
	const present = await Dexie.getDatabaseNames();
	for (const each of present) if (each.startsWith(databasePrefix(name))) await Dexie.delete(each);
}

/** The server's documents in RxDB. Only the puller writes here; pages read through queries. */
export async function openState(name: string): Promise<StateStore> {
	const database: RxDatabase<StateCollections> = await createRxDatabase<StateCollections>({
		name,
		storage: getRxStorageDexie(),
		multiInstance: true,
		eventReduce: true,
		closeDuplicates: true,
	});
	const schemas = collections.map((each) => [each, { schema: rxSchemaOf(each) }] as const);
	await database.addCollections(Object.fromEntries(schemas));
	const opened = database.collections;

	return {
		collections: opened,
		stamp: await database.storageToken,
		doc: async (collection, id) => {
			const found = await opened[collection].findOne(id).exec();
			return found ? plain(found) : null;
		},
		docs: async (collection, ids) => {
			if (ids === undefined) return (await opened[collection].find().exec()).map(plain);
			return [...(await opened[collection].findByIds([...ids]).exec()).values()].map(plain);
		},
		write: async (collection, docs, gone) => {
			if (docs.length > 0) await put(opened[collection], docs);
			if (gone.length > 0) await erase(opened[collection], gone);
		},
		close: async () => {
			await database.close();
		},
	};
}

const plain = (found: { toJSON(): unknown }): Doc => found.toJSON() as Doc;

async function put(collection: RxCollection<Doc>, docs: readonly Doc[]): Promise<void> {
	const { error } = await collection.bulkUpsert([...docs]);
	const [first] = error;
	if (first) throw new Error(`${collection.name} ${first.documentId}: status ${first.status}`);
}

/** Older than any tombstone, also one that a clock an hour fast has written. */
const atOnceMs = -36_500 * dayMs;

/**
 * Removes documents without a trace. RxDB's own removal leaves the whole text in a tombstone: here
 * the tombstone holds the id alone, so that nothing personal survives until it is swept, and it is
 * swept at once.
 */
async function erase(collection: RxCollection<Doc>, ids: readonly string[]): Promise<void> {
	const storage = collection.storageInstance;
	const found = await storage.findDocumentsById([...ids], false);
	if (found.length === 0) return;
	const { error } = await storage.bulkWrite(
		found.map((previous) => ({
			previous,
			document: {
				id: previous.id,
				_deleted: true,
				_attachments: {},
				_meta: previous._meta,
				_rev: previous._rev,
			},
		})),
		'moto-erase',
	);
	const [first] = error;
	if (first) throw new Error(`${collection.name} ${first.documentId}: status ${first.status}`);
	await storage.cleanup(atOnceMs);
}
