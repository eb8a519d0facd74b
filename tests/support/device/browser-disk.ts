import { Dexie } from 'dexie';
import { afterAll, afterEach, beforeEach, vi } from 'vitest';
import { schemaVersion } from '#sync/protocol/version.ts';
import { openBrowserStore, type BrowserStore } from '#lib/device/browser/browser-store.ts';
import { id } from '#tests/support/cast.ts';

let owners = 0;
/** Somebody who has nothing in this browser yet. */
export const anOwner = () => id('user', 500 + (owners += 1));
export const openFor = (owner: string) => openBrowserStore(owner, schemaVersion, id('device', 1));

/** The browser's disk of one person, new for each test of the file that asks for it. */
export function aBrowserDisk() {
	let store: BrowserStore;
	let owner: string;
	beforeEach(async () => {
		vi.spyOn(console, 'warn').mockReturnValue(undefined); // RxDB introduces itself once.
		owner = anOwner();
		store = await openFor(owner);
	});
	afterEach(() => store.close());
	afterAll(async () => {
		for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name);
	});
	return {
		get store() {
			return store;
		},
		get owner() {
			return owner;
		},
		/** Closes it, and opens it again after what happens meanwhile. */
		reopen: async (meanwhile: () => Promise<void> = async () => undefined) => {
			await store.close();
			await meanwhile();
			store = await openFor(owner);
		},
	};
}
