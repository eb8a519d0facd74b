import 'fake-indexeddb/auto';
import { Dexie } from 'dexie';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { schemaVersion } from '#sync/protocol/version.ts';
import { keptBrowserId, putBrowserId } from '#lib/device/browser/books-tables.ts';
import { openBooks, type BooksStore } from '#lib/device/browser/outbox-database.ts';
import { createPhotos } from '#lib/device/browser/photos.ts';
import { keepsSealKey, keptSealKey, seal, sealKey, unseal } from '#lib/device/sealing/seal.ts';
import { boxesOf, fillBox, openBox } from '#lib/device/sealing/sealed-box.ts';
import type { Http } from '#lib/device/sync/http.ts';
import { asAnother } from '#lib/device/sync/settle.ts';
import { id } from '#tests/support/cast.ts';
import { after } from '#tests/support/device/fakes.ts';

const keyNo = (n: number): string => Buffer.alloc(32, n).toString('base64url');
const key = keyNo(1);
const owner = id('user', 11);
const install = id('shop', 901);
const left = id('device', 1);
const fresh = id('device', 2);
const closing = { deviceId: left, key };
let revoked = false;
let unreachable = false;
/** The keys that the server knows, one for each device of this person. */
const keys = new Map<string, string>();
const reported: unknown[] = [];
const report = (error: unknown) => reported.push(error);

const http: Http = async (path) => {
	if (unreachable) throw new TypeError('fetch failed');
	const asked = /^\/api\/devices\/([^/]+)\/seal-key$/.exec(path)?.[1];
	const known = keys.get(asked ?? '');
	if (known !== undefined) return Response.json({ key: known });
	if (path !== '/api/devices') return Response.json({ code: 'not_found' }, { status: 404 });
	const revokedAt = revoked ? after(0) : null;
	return Response.json({ devices: [...keys.keys()].map((each) => ({ id: each, revokedAt })) });
};

const open: BooksStore[] = [];
let opened = 0;
async function someBooks(deviceId: string): Promise<BooksStore> {
	const books = await openBooks(`moto-out-${(opened += 1)}`, deviceId, schemaVersion);
	open.push(books);
	return books;
}
const entry = (n: number) => ({
	...{ id: id('grant', n), name: 'bike.rename', text: `{"n":${n}}`, enqueuedAt: after(0) },
});
const ended = (n: number) => ({
	...{ ...entry(n), seq: n, deviceId: left, status: 'applied', refusal: null, extras: null },
	...{ endedAt: after(n), dismissed: false },
});
/** Books that have synced, with two actions that wait and one that is done. */
async function leftBooks(): Promise<BooksStore> {
	const books = await someBooks(left);
	await books.append(entry(1));
	await books.append(entry(2));
	await books.append(entry(3));
	await books.change(({ place, outbox }) => ({
		place: { ...place, install, era: 1, cursors: { 'customer:1': 7 }, syncedAt: after(0) },
		outbox: outbox.slice(1),
		ended: [ended(1) as never],
	}));
	return books;
}
const waiting = async (books: BooksStore) =>
	(await books.books()).outbox.map((row) => [row.seq, row.id]);

beforeEach(() => {
	[revoked, unreachable] = [false, false];
	reported.length = 0;
	keys.clear();
	keys.set(left, key);
});
afterEach(async () => {
	for (const books of open.splice(0)) await books.close();
	for (const name of await Dexie.getDatabaseNames()) await Dexie.delete(name);
});

describe('the sealed box', () => {
	it('opens for its key only, and for whom and what it was closed for', async () => {
		const bytes = new TextEncoder().encode('what Asha did');
		const box = { owner, deviceId: left, key };
		await fillBox(box, [bytes]);

		expect(await openBox(box)).toEqual([bytes]);
		const otherKey = Buffer.alloc(32, 2).toString('base64url');
		await expect(openBox({ ...box, key: otherKey })).rejects.toThrow();
		expect(await openBox({ ...box, deviceId: fresh })).toEqual([]);
		expect(await boxesOf(id('user', 12))).toEqual([]);
	});

	it('that was tampered with does not open', async () => {
		await fillBox({ owner, deviceId: left, key }, [new TextEncoder().encode('one')]);
		const db = await new Dexie('moto-sealed').open();
		const [row] = (await db.table('boxes').toArray()) as { data: ArrayBuffer }[];
		const data = new Uint8Array(row!.data);
		data[0] = data[0]! ^ 1;
		await db.table('boxes').put({ ...row, data: data.buffer });
		db.close();

		await expect(openBox({ owner, deviceId: left, key })).rejects.toThrow();
	});

	it('holds everything: work, history, numbers and photos; cursors begin anew', async () => {
		const books = await leftBooks();
		const sha = await createPhotos(books).keep(new Blob(['a photo'], { type: 'image/png' }));
		await seal(owner, books.tables, closing);

		const back = await someBooks(fresh);
		await unseal(owner, back, http, report);

		const before = await books.books();
		expect(await back.books()).toEqual({ ...before, place: { ...before.place, cursors: {} } });
		expect(await back.history(9)).toEqual(await books.history(9));
		const photos = createPhotos(back);
		const bytes = new TextEncoder().encode('a photo');
		expect(await photos.find(sha)).toEqual({ sha, type: 'image/png', bytes, state: 'waiting' });
		expect(await boxesOf(owner)).toEqual([]);
	});

	it('of a phone that was signed off comes back under another device and its numbers', async () => {
		await seal(owner, (await leftBooks()).tables, closing);
		revoked = true;
		const back = await someBooks(fresh);
		await unseal(owner, back, http, report);

		expect((await back.books()).device).toEqual({ id: fresh, nextSeq: 3 });
		expect(await waiting(back)).toEqual([
			[1, id('grant', 2)],
			[2, id('grant', 3)],
		]);
	});

	it('comes behind what was done since, when it could not be opened at once', async () => {
		await seal(owner, (await leftBooks()).tables, closing);
		unreachable = true;
		const back = await someBooks(fresh);
		await unseal(owner, back, http, report);
		await back.append(entry(9));
		await back.change(({ place }) => ({ place: { ...place, install, era: 1 } }));
		unreachable = false;
		await unseal(owner, back, http, report);

		expect(await waiting(back)).toEqual([
			[1, id('grant', 9)],
			[2, id('grant', 2)],
			[3, id('grant', 3)],
		]);
		expect((await back.books()).device).toEqual({ id: fresh, nextSeq: 4 });
	});

	it('opened twice, after a crash in between, does nothing twice', async () => {
		const books = await leftBooks();
		await seal(owner, books.tables, closing);
		const back = await someBooks(fresh);
		await unseal(owner, back, http, report);
		await seal(owner, books.tables, closing);
		await back.change(({ outbox }) => ({
			outbox: outbox.slice(1),
			ended: [{ ...ended(2), status: 'applied' } as never],
		}));

		await unseal(owner, back, http, report);
		expect(await waiting(back)).toEqual([[3, id('grant', 3)]]);
	});

	it('of another data set ends what it held where its author can read that', async () => {
		await seal(owner, (await leftBooks()).tables, closing);
		const back = await someBooks(fresh);
		await back.append(entry(9));
		await back.change(({ place }) => ({ place: { ...place, install: id('shop', 902) } }));
		await unseal(owner, back, http, report);

		expect(await waiting(back)).toEqual([[1, id('grant', 9)]]);
		const dropped = (await back.history(9)).filter(({ status }) => status === 'dropped');
		expect(dropped.map((each) => each.id).sort()).toEqual([id('grant', 2), id('grant', 3)]);
	});

	it('needs the key once, and then closes without network', async () => {
		const books = await leftBooks();
		expect(await sealKey(books.tables, http)).toEqual(closing);
		unreachable = true;
		expect(await sealKey(books.tables, http)).toEqual(closing);
		expect(await sealKey((await someBooks(fresh)).tables, http)).toBeNull();
	});
});

describe('the sealed box of a phone or server that became another', () => {
	const another = id('device', 3);
	const forked = async (books: BooksStore) => {
		await books.change(({ outbox }) => asAnother(outbox, another));
	};
	const close = async (books: BooksStore) =>
		seal(owner, books.tables, (await sealKey(books.tables, http))!);
	const work = [id('grant', 2), id('grant', 3)];
	const backWith = async (deviceId = fresh) => {
		const back = await someBooks(deviceId);
		await unseal(owner, back, http, report);
		return (await back.books()).outbox.map((row) => row.id);
	};

	it('opens when the phone got new numbers and a new key before it was closed', async () => {
		const books = await leftBooks();
		await sealKey(books.tables, http); // After its first sync, as ever.
		await forked(books);
		keys.set(another, keyNo(2)); // The server makes one with the row of the new device.
		await close(books);
		expect(await backWith()).toEqual(work);
	});

	it('opens when there was no network to fetch the key of the new device', async () => {
		const books = await leftBooks();
		await sealKey(books.tables, http);
		await forked(books);
		unreachable = true;
		await close(books);
		unreachable = false;
		expect(await backWith()).toEqual(work);
	});

	it('opens when the server was restored and made the device anew', async () => {
		const books = await leftBooks();
		await sealKey(books.tables, http);
		keys.set(left, keyNo(9)); // The backup was older than the device.
		await close(books);
		expect(await backWith()).toEqual(work);
	});

	it('stays, and keeps nobody out, while it cannot be opened', async () => {
		await close(await leftBooks());
		keys.set(left, keyNo(9));
		expect(await backWith()).toEqual([]);
		expect(reported).toHaveLength(1);

		keys.set(left, key);
		expect(await backWith(another)).toEqual(work);
	});

	it('gives its work to books that were used before they ever synced', async () => {
		const books = await leftBooks();
		await books.change(({ place }) => ({ place: { ...place, parked: [id('grant', 7)] } }));
		await close(books);
		const back = await someBooks(fresh);
		unreachable = true;
		await unseal(owner, back, http, report);
		await back.append(entry(9)); // In the basement, before the first answer.
		unreachable = false;

		await unseal(owner, back, http, report);
		const { outbox, place, device } = await back.books();
		expect(outbox.map((row) => [row.seq, row.id])).toEqual([
			[1, id('grant', 9)],
			[2, work[0]],
			[3, work[1]],
		]);
		expect(device).toEqual({ id: fresh, nextSeq: 4 });
		expect(place).toMatchObject({ install, cursors: {}, parked: [id('grant', 7)] });
	});

	it('brings back the id of the browser that its device is known with', async () => {
		const books = await leftBooks();
		await putBrowserId(books.tables, id('browser', 4));
		await close(books);
		const back = await someBooks(fresh);
		await putBrowserId(back.tables, id('browser', 5));
		await unseal(owner, back, http, report);
		expect(await keptBrowserId(back.tables)).toBe(id('browser', 4));
	});

	it('has its key at hand once for each device that the phone becomes', async () => {
		const books = await leftBooks();
		const keep = keepsSealKey(books.tables, http);
		await keep();
		expect(await keptSealKey(books.tables)).toEqual(closing);
		await forked(books);
		await keep(); // The server has not answered this one yet.
		expect(await keptSealKey(books.tables)).toEqual(closing);

		keys.set(another, keyNo(2));
		await books.change(({ place }) => ({ place: { ...place, syncedAt: after(9) } }));
		await keep();
		expect(await keptSealKey(books.tables)).toEqual({ deviceId: another, key: keyNo(2) });
	});
});
