import { Dexie } from 'dexie';
import { outboxName, stateName, stateNamePrefix } from './names.ts';
import { openBooks } from './outbox-database.ts';
import { openState, type StateCollections } from './state-database.ts';
import type { DeviceStore } from './store.ts';

export type BrowserStore = DeviceStore & {
	readonly collections: StateCollections;
	/** Deletes what the server can tell again, and only that: unsent work and history stay. */
	readonly forgetState: () => Promise<void>;
};

/** A person's store in this browser: the books in Dexie, the documents in RxDB. */
export async function openBrowserStore(
	owner: string,
	schema: number,
	freshDeviceId: string,
): Promise<BrowserStore> {
	const books = await openBooks(outboxName(owner), freshDeviceId, schema);
	const state = await openState(stateName(owner, schema));
	return {
		...books,
		doc: state.doc,
		docs: state.docs,
		write: state.write,
		collections: state.collections,
		forgetState: async () => {
			await books.change(({ place }) => ({ place: { ...place, cursors: {} } }));
			await state.remove();
		},
		close: async () => {
			await state.close();
			await books.close();
		},
	};
}

/** Deletes the documents that an earlier version of the app kept in another shape. */
export async function forgetOldStates(owner: string, schema: number): Promise<void> {
	const current = stateName(owner, schema);
	for (const name of await Dexie.getDatabaseNames()) {
		const mine = name.includes(stateNamePrefix) && name.includes(`-${owner}--`);
		if (mine && !name.includes(`${current}--`)) await Dexie.delete(name);
	}
}
