import type { Page } from '@playwright/test';

/**
 * Where in this browser any of these words stand: everything that a page of ours could read, and the
 * cookies that it could not. Names of databases and keys count as well as what is in them.
 */
export async function tracesOf(page: Page, words: readonly string[]): Promise<readonly string[]> {
	const places = await page.evaluate(readAll);
	for (const { name, value } of await page.context().cookies())
		places.push([`the cookie ${name}`, `${name}=${value}`]);
	return places.flatMap(([place, text]) =>
		words.filter((word) => text.includes(word)).map((word) => `${word} in ${place}`),
	);
}

/** Runs in the page: every place with all the text that is in it; bytes as if each were a letter. */
async function readAll(): Promise<[place: string, text: string][]> {
	const places: [string, string][] = [];
	for (const { name = '', version } of await indexedDB.databases()) {
		places.push(['the names of databases', name]);
		const opening = indexedDB.open(name, version);
		// Deleted meanwhile: it must not be made again by looking at it.
		opening.onupgradeneeded = () => opening.transaction?.abort();
		const db = await answerOf(opening).catch(() => null);
		if (db === null) continue;
		for (const store of db.objectStoreNames) {
			const rows = db.transaction(store).objectStore(store);
			const all = [await answerOf(rows.getAllKeys()), await answerOf(rows.getAll())];
			places.push([`the database ${name}, ${store}`, textOf(all)]);
		}
		db.close();
	}
	for (const [area, name] of [
		[localStorage, 'localStorage'],
		[sessionStorage, 'sessionStorage'],
	] as const)
		places.push([name, JSON.stringify({ ...area })]);
	for (const name of await caches.keys()) {
		const cache = await caches.open(name);
		for (const request of await cache.keys()) {
			const kept = await (await cache.match(request))?.text();
			places.push([`the cache ${name}, ${request.url}`, request.url + (kept ?? '')]);
		}
	}
	return places;

	function textOf(value: unknown): string {
		return JSON.stringify(value, (_key, each: unknown) => {
			const bytes = each instanceof ArrayBuffer ? new Uint8Array(each) : each;
			if (!(bytes instanceof Uint8Array)) return each;
			return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
		});
	}
	function answerOf<T>(request: IDBRequest<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			request.onsuccess = () => resolve(request.result);
			request.onerror = () => reject(new Error('a database does not answer'));
		});
	}
}
