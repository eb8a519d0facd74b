import { createRxDatabase, type RxCollection, type RxDatabase } from 'rxdb/plugins/core';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';
import type { Doc } from '#sync/core/document.ts';
import { collections, type CollectionName } from '#sync/core/entity.ts';
import { dayMs } from '#sync/core/time.ts';
import { rxSchemaOf } from './rx-schema.ts';
import type { DeviceStore } from './store.ts';

export type StateCollections = Readonly<Record<CollectionName, RxCollection<Doc>>>;

/** The half of a device's store that can be read again, as RxDB has it for live queries. */
export type StateStore = Pick<DeviceStore, 'doc' | 'docs' | 'write' | 'close'> & {
	readonly collections: StateCollections;
	/** Deletes the database. Cursors must be gone before, or nothing would be read again. */
	readonly remove: () => Promise<void>;
};

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
		doc: async (collection, id) => {
			const found = await opened[collection].findOne(id).exec();
			return found ? plain(found) : null;
		},
		docs: async (collection) => (await opened[collection].find().exec()).map(plain),
		write: async (collection, docs, gone) => {
			if (docs.length > 0) await put(opened[collection], docs);
			if (gone.length > 0) await erase(opened[collection], gone);
		},
		close: async () => {
			await database.close();
		},
		remove: async () => {
			await database.remove();
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
