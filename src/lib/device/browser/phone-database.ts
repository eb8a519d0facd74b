import { onThisPhone, outboxName } from './names.ts';
import type { Contact } from './grace.ts';
import type { Me } from './me.ts';

/**
 * What this phone must know before anybody's books are open, one row that is on the disk when a write
 * ends. The same things lie in `localStorage` as well, which can be read at once; but a browser that
 * is killed within seconds loses what was written there last, and nobody hears of it. So where the
 * two disagree, this one is right.
 *
 * Plain IndexedDB: the first screen must not wait for a library.
 */
export type PhoneRow = {
	/** Who uses this phone; null: nobody. */
	readonly me: Me | null;
	readonly contact: Contact | null;
	/** He signed out, and the server has not been told yet. */
	readonly ending: boolean;
	/** Whose things are still to be erased. */
	readonly erase: Erase | null;
};
/** `owner`: `onThisPhone` of his user id. Books stay where there was no way to keep unsent work else. */
export type Erase = { readonly owner: string; readonly books: 'erased' | 'kept' };
const nobody: PhoneRow = { me: null, contact: null, ending: false, erase: null };

const storeName = 'phone';
const rowKey = 'row';

/** Null: nothing was ever written here. */
export const readPhone = (): Promise<PhoneRow | null> =>
	withStore('readonly', async (store) => {
		const found = (await done(store.get(rowKey))) as PhoneRow | undefined;
		return found ?? null;
	});

export const writePhone = (
	change: Partial<PhoneRow> | ((before: PhoneRow) => Partial<PhoneRow>),
): Promise<void> =>
	withStore('readwrite', async (store) => {
		const before = ((await done(store.get(rowKey))) as PhoneRow | undefined) ?? nobody;
		const next = typeof change === 'function' ? change(before) : change;
		await done(store.put({ ...before, ...next }, rowKey));
	});

/** Ids of everybody whose books lie on this phone, whoever uses it now. */
export const peopleHere = async (): Promise<readonly string[]> =>
	(await indexedDB.databases()).flatMap(({ name = '' }) => {
		const [userId = ''] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(name) ?? [];
		return name === outboxName(onThisPhone(userId)) ? [userId] : [];
	});

async function withStore<T>(
	mode: IDBTransactionMode,
	work: (store: IDBObjectStore) => Promise<T>,
): Promise<T> {
	const opening = indexedDB.open(onThisPhone('moto-phone'), 1);
	opening.onupgradeneeded = () => opening.result.createObjectStore(storeName);
	const database = await done(opening);
	database.onversionchange = () => database.close();
	try {
		const transaction = database.transaction(storeName, mode, { durability: 'strict' });
		const written = ended(transaction);
		const result = await work(transaction.objectStore(storeName));
		await written;
		return result;
	} finally {
		database.close();
	}
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
	new Promise((resolve, reject) => {
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error ?? new Error('IndexedDB gave no reason'));
	});

const ended = (transaction: IDBTransaction): Promise<void> =>
	new Promise((resolve, reject) => {
		transaction.oncomplete = () => resolve();
		transaction.onabort = () => reject(transaction.error ?? new Error('IndexedDB gave up'));
	});
