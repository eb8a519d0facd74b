import { Dexie } from 'dexie';
import { readMeta } from './books-tables.ts';
import { outboxName, stateName, stateNamePrefix } from './names.ts';
import { forgetOldVisits } from './old-visits.ts';
import { openBooks, type BooksStore } from './outbox-database.ts';
import { createPhotos, type Photos } from './photos.ts';
import { deleteState, isStateWhole, openState, type StateCollections } from './state-database.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';

export type BrowserStore = DeviceStore &
	Pick<BooksStore, 'tables' | 'isNew' | 'meta'> & {
		readonly collections: StateCollections;
		readonly photos: Photos;
	};

/** Before the documents are opened: for books that come back from somewhere else. */
export type Prepare = (books: BooksStore) => Promise<void>;

/** A person's store in this browser: the books in Dexie, the documents in RxDB. */
export async function openBrowserStore(
	owner: string,
	schema: number,
	freshDeviceId: string,
	prepare: Prepare = async () => undefined,
): Promise<BrowserStore> {
	const books: BooksStore = await openBooks(outboxName(owner), freshDeviceId, schema, [
		() => photos.forgetUploaded(),
		() => forgetOldVisits(store),
	]);
	const photos = createPhotos(books);
	await prepare(books);
	const state = await openMatching(books, stateName(owner, schema));
	const store: BrowserStore = {
		...books,
		photos,
		doc: state.doc,
		docs: state.docs,
		write: (collection, docs, gone) =>
			// Forgetting makes room itself, and must not wait for room.
			docs.length === 0
				? state.write(collection, docs, gone)
				: books.withRoom(() => state.write(collection, docs, gone)),
		collections: state.collections,
		close: async () => {
			await state.close();
			await books.close();
		},
	};
	return store;
}

const stampKey = 'stateStamp';

/**
 * Opens the documents that these books have cursors of. Browsers lose one database and keep another:
 * cursors without their documents would hide everything for ever, documents without their cursors
 * would never go away. Both start over, and only what the server can tell again is read again.
 */
async function openMatching(books: BooksStore, name: string) {
	const { db, meta } = books.tables;
	const known = (await meta.get(stampKey))?.value as string | undefined;
	const isWhole = await isStateWhole(name);
	if (!isWhole || known === undefined) await deleteState(name);
	let state = await openState(name);
	if (isWhole && known !== undefined && known !== state.stamp) {
		await state.close();
		await deleteState(name);
		state = await openState(name);
	}
	if (state.stamp === known) return state;
	const { stamp } = state;
	await db.transaction('rw', meta, () =>
		readMeta(books.tables).then(({ place }) =>
			meta.bulkPut([
				{ key: stampKey, value: stamp },
				{ key: 'place', value: { ...place, cursors: {}, refetching: false } },
			]),
		),
	);
	return state;
}

/** Deletes the documents that an earlier version of the app kept in another shape. */
export async function forgetOldStates(owner: string, schema: number): Promise<void> {
	const current = stateName(owner, schema);
	for (const name of await Dexie.getDatabaseNames()) {
		const mine = name.includes(stateNamePrefix) && name.includes(`-${owner}--`);
		if (mine && !name.includes(`${current}--`)) await Dexie.delete(name);
	}
}
