import 'fake-indexeddb/auto';
import { createHash } from 'node:crypto';
import { Dexie } from 'dexie';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { schemaVersion } from '#sync/protocol/version.ts';
import { openBooks, type BooksStore } from '#lib/device/browser/outbox-database.ts';
import { createPhotos, photoBytesMax, type Photos } from '#lib/device/browser/photos.ts';
import { isWifiOnly, mayUploadHere, setWifiOnly } from '#lib/device/photos/photo-network.ts';
import { createPhotoUploader } from '#lib/device/photos/photo-uploader.ts';
import type { Http } from '#lib/device/sync/http.ts';
import { id } from '#tests/support/cast.ts';
import { aTab } from '#tests/support/device/tab.ts';
import { fakeClock, fakeLocks, fakeTimers, type FakeTimers } from '#tests/support/device/fakes.ts';

/** A server that keeps parts, as far as a phone sees it. */
class Store {
	readonly parts = new Map<string, number[]>();
	readonly asked: string[] = [];
	/** Each answer once, instead of its own. */
	readonly instead: (Response | 'cut')[] = [];
	/** The line breaks after so many bytes of a body. */
	cutsAfter = Infinity;
	inFlight = 0;
	inFlightMax = 0;

	readonly http: Http = async (path, init = {}) => {
		this.inFlight += 1;
		this.inFlightMax = Math.max(this.inFlightMax, this.inFlight);
		try {
			await Promise.resolve();
			return this.#answer(path.split('/').at(-1)!, init);
		} finally {
			this.inFlight -= 1;
		}
	};

	#answer(sha: string, { method = 'GET', headers, body }: RequestInit): Response {
		const range = new Headers(headers).get('content-range');
		this.asked.push(range === null ? method : `${method} ${range}`);
		const arrived = this.parts.get(sha) ?? [];
		if (method === 'HEAD')
			return new Response(null, { headers: { 'upload-offset': String(arrived.length) } });
		const special = this.instead.shift();
		if (special === 'cut') throw new TypeError('fetch failed');
		if (special) return special;
		const from = Number(/^bytes (\d+)-/.exec(range ?? '')?.[1] ?? 0);
		const bytes = [...(body as Uint8Array)];
		const total = from + bytes.length;
		if (arrived.length === total) return Response.json({ offset: total, complete: true });
		if (from !== arrived.length)
			return Response.json({ code: 'wrong_offset', offset: arrived.length }, { status: 409 });
		this.parts.set(sha, [...arrived, ...bytes.slice(0, this.cutsAfter)]);
		if (bytes.length > this.cutsAfter) throw new TypeError('fetch failed');
		const whole = createHash('sha256')
			.update(new Uint8Array([...arrived, ...bytes]))
			.digest('hex');
		if (whole === sha) return Response.json({ offset: total, complete: true }, { status: 201 });
		this.parts.delete(sha);
		return Response.json({ code: 'hash_mismatch' }, { status: 409 });
	}
}

let books: BooksStore;
let photos: Photos;
let server: Store;
let timers: FakeTimers;
let isTime = true;
const reported: unknown[] = [];
beforeEach(async () => {
	books = await openBooks('moto-out-photos', id('device', 1), schemaVersion);
	photos = createPhotos(books);
	server = new Store();
	timers = fakeTimers();
	isTime = true;
});
afterEach(async () => {
	expect(reported).toEqual([]);
	await books.close();
	await Dexie.delete('moto-out-photos');
});
const locks = fakeLocks();
const clock = fakeClock();
const anUploader = () =>
	createPhotoUploader({
		photos,
		ports: { clock, locks, timers, random: () => 0.5, report: (error) => reported.push(error) },
		http: server.http,
		lockName: 'photos',
		isTime: () => isTime,
	});
const aPhoto = (text: string) => new Blob([text], { type: 'image/jpeg' });
const shaOf = (text: string) => createHash('sha256').update(text).digest('hex');
const stateOf = async (sha: string) => (await photos.find(sha))?.state;

describe('a photo on the phone', () => {
	it('is kept under the hash of its bytes, once', async () => {
		const sha = await photos.keep(aPhoto('bike'));
		expect(sha).toBe(shaOf('bike'));
		expect(await photos.keep(aPhoto('bike'))).toBe(sha);
		expect(await photos.waiting()).toBe(1);

		await books.close();
		books = await openBooks('moto-out-photos', id('device', 9), schemaVersion);
		photos = createPhotos(books);
		expect(await photos.find(sha)).toMatchObject({ type: 'image/jpeg', state: 'waiting' });
	});

	it('that nobody has compressed is not taken', async () => {
		const huge = new Blob([new Uint8Array(photoBytesMax + 1)]);
		await expect(photos.keep(huge)).rejects.toThrow(RangeError);
		expect(await photos.waiting()).toBe(0);
	});
});

describe('photos that wait', () => {
	it('are sent one at a time, whatever the number of tabs', async () => {
		const shas = [await photos.keep(aPhoto('one')), await photos.keep(aPhoto('two'))];
		await Promise.all([anUploader().upload(), anUploader().upload()]);

		expect(await Promise.all(shas.map(stateOf))).toEqual(['uploaded', 'uploaded']);
		expect(server.inFlightMax).toBe(1);
		expect(server.asked).toEqual(['HEAD', 'PUT', 'HEAD', 'PUT']);
	});

	it('wait as long as something else has to be sent, or the network is not for them', async () => {
		const sha = await photos.keep(aPhoto('one'));
		isTime = false;
		await anUploader().upload();
		expect(server.asked).toEqual([]);
		expect(await stateOf(sha)).toBe('waiting');
	});

	it('go on where the line broke, after a pause', async () => {
		const sha = await photos.keep(aPhoto('0123456789'));
		server.cutsAfter = 4;
		const uploader = anUploader();
		await uploader.upload();
		expect(await stateOf(sha)).toBe('waiting');
		expect(timers.waiting()).toHaveLength(1);

		server.cutsAfter = Infinity;
		timers.fire();
		await uploader.upload();
		expect(await stateOf(sha)).toBe('uploaded');
		expect(server.asked).toEqual(['HEAD', 'PUT', 'HEAD', 'PUT bytes 4-9/10']);
		expect(timers.waiting()).toEqual([]);
	});

	it('begin anew where the server had a broken one', async () => {
		const sha = await photos.keep(aPhoto('0123456789'));
		server.parts.set(sha, [1, 2, 3]);
		await anUploader().upload();

		expect(await stateOf(sha)).toBe('uploaded');
		expect(server.asked).toEqual(['HEAD', 'PUT bytes 3-9/10', 'HEAD', 'PUT']);
	});

	it('that are there already are known to be', async () => {
		const sha = await photos.keep(aPhoto('0123'));
		server.parts.set(sha, [...Buffer.from('0123')]);
		await anUploader().upload();
		expect(await stateOf(sha)).toBe('uploaded');
		expect(server.asked).toEqual(['HEAD', 'PUT bytes 3-3/4']);
	});

	it('that the server never takes do not hold up the next', async () => {
		const first = await photos.keep(aPhoto('no picture'));
		const second = await photos.keep(aPhoto('a picture'));
		const next = (await photos.next())!.sha;
		server.instead.push(Response.json({ code: 'not_image' }, { status: 415 }));
		await anUploader().upload();

		expect(await stateOf(next)).toBe('refused');
		expect(await stateOf(next === first ? second : first)).toBe('uploaded');
	});

	it.each([200, 400, 413])(
		'stay when a wall of a hotel answers %i with its page',
		async (status) => {
			const sha = await photos.keep(aPhoto('one'));
			const headers = { 'content-type': 'text/html' };
			server.instead.push(new Response('<h1>Pay first</h1>', { status, headers }));
			await anUploader().upload();
			expect(await stateOf(sha)).toBe('waiting');
		},
	);

	it('leave the server alone as long as it asks for that', async () => {
		await photos.keep(aPhoto('one'));
		server.instead.push(new Response('{}', { status: 429, headers: { 'retry-after': '90' } }));
		const uploader = anUploader();
		await uploader.upload();
		expect(timers.waiting()).toEqual([90_000]);

		await uploader.upload();
		expect(server.asked).toEqual(['HEAD', 'PUT']);
	});
});

describe('a person who wants photos to go by Wi-Fi only', () => {
	const on = (connection: object) => {
		vi.stubGlobal('navigator', { connection });
		return mayUploadHere();
	};

	it('is asked by nothing else, and heeded where the browser knows what network it is', () => {
		aTab();
		expect(isWifiOnly()).toBe(false);
		expect(on({ type: 'cellular' })).toBe(true);

		setWifiOnly(true);
		expect(isWifiOnly()).toBe(true);
		expect(on({ type: 'cellular' })).toBe(false);
		expect(on({ type: 'wifi' })).toBe(true);
		expect(on({ type: 'wifi', saveData: true })).toBe(false);
		expect(on({})).toBe(true);

		setWifiOnly(false);
		expect(on({ type: 'cellular' })).toBe(true);
	});
});
