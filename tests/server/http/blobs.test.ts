/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- answers are looked at as they come. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageTypes } from '#sync/protocol/blob.ts';
import { aServer, type TestServer } from '#tests/support/app.ts';
import { anEmptyDatabase, databases } from '#tests/support/database.ts';
import { aPhoto, hashOf, photoHeads, photosOn, type Photos } from '#tests/support/photos.ts';

describe.each(databases)('photos on %s', (database) => {
	let server: TestServer;
	let photos: Photos;
	beforeAll(async () => {
		server = await aServer({ connection: await anEmptyDatabase(database) });
		photos = photosOn(server);
	});
	afterAll(() => server.close());

	it.each(imageTypes)('are taken whole and given back just so: %s', async (type) => {
		const photo = aPhoto(150_000, type);
		expect(await photos.offsetOf(101, photo)).toEqual([200, '0']);
		expect(await photos.put(101, photo)).toEqual({
			status: 201,
			body: { offset: photo.length, complete: true },
		});
		expect(await photos.offsetOf(101, photo)).toEqual([200, String(photo.length)]);

		const response = await photos.ask('GET', hashOf(photo), 101);
		expect(response.status).toBe(200);
		expect(Object.fromEntries(response.headers)).toMatchObject({
			'content-type': type,
			'content-disposition': 'inline',
			'x-content-type-options': 'nosniff',
			'cache-control': 'no-store',
			'content-security-policy': expect.stringContaining('sandbox'),
		});
		expect(response.headers.get('vary')).toContain('Cookie');
		expect(Buffer.from(await response.arrayBuffer()).equals(photo)).toBe(true);
	});

	it('are the same when they are sent again', async () => {
		const photo = aPhoto();
		expect((await photos.put(101, photo)).status).toBe(201);
		expect((await photos.put(101, photo)).status).toBe(200);
		expect((await photos.put(101, photo, [4_000, 5_000])).status).toBe(200);
		expect((await photos.put(101, photo, [0, 10])).status).toBe(200);
	});

	it('come in parts, each where the last one ended', async () => {
		const photo = aPhoto();
		expect(await photos.put(101, photo, [0, 2_000])).toEqual({
			status: 202,
			body: { offset: 2_000, complete: false },
		});
		expect(await photos.offsetOf(101, photo)).toEqual([200, '2000']);
		expect(await photos.isThere(101, photo)).toBe(404);

		const again = { status: 409, body: { code: 'wrong_offset', offset: 2_000 } };
		expect(await photos.put(101, photo, [0, 2_000])).toMatchObject(again);
		expect(await photos.put(101, photo, [1_999, 3_000])).toMatchObject(again);
		expect(await photos.put(101, photo, [2_001, 5_000])).toMatchObject(again);
		expect((await photos.put(101, photo, [2_000, 2_001])).status).toBe(202);
		expect((await photos.put(101, photo, [2_001, 5_000])).status).toBe(201);
		const whole = await (await photos.ask('GET', hashOf(photo), 101)).arrayBuffer();
		expect(Buffer.from(whole).equals(photo)).toBe(true);
	});

	it('may be sent whole although a part was sent before', async () => {
		const photo = aPhoto();
		await photos.put(101, photo, [0, 2_000]);
		expect((await photos.put(101, photo)).status).toBe(201);
	});

	it('are dropped when the bytes are not those of the digest', async () => {
		const [photo, other] = [aPhoto(), aPhoto()];
		const mismatch = { status: 409, body: { code: 'hash_mismatch' } };
		expect(await photos.put(101, other, undefined, hashOf(photo))).toMatchObject(mismatch);
		expect(await photos.offsetOf(101, photo)).toEqual([200, '0']);

		await photos.put(101, other, [0, 1_000], hashOf(photo));
		expect(await photos.put(101, photo, [1_000, 5_000])).toMatchObject(mismatch);
		expect(await photos.offsetOf(101, photo)).toEqual([200, '0']);
		expect((await photos.put(101, photo)).status).toBe(201);
	});

	it.each([
		['a text', new TextEncoder().encode('<script>alert(1)</script>')],
		['a GIF', new TextEncoder().encode('GIF89a and more')],
		['a WAV', new TextEncoder().encode('RIFF....WAVEfmt ')],
		['the beginning of a PNG', new Uint8Array(photoHeads['image/png'].slice(0, 7))],
		['a single byte', new Uint8Array([0xff])],
	] as const)('are not %s, whatever the request says', async (_what, bytes) => {
		const rest = { body: bytes, headers: { 'content-type': 'image/png' } };
		const told = await photos.ask('PUT', hashOf(bytes), 101, rest);
		expect([told.status, (await told.json()).code]).toEqual([415, 'not_image']);
		expect(await photos.isThere(101, bytes)).toBe(404);
	});

	it("are nobody else's business, not even that they are there", async () => {
		const photo = aPhoto();
		await photos.put(101, photo);
		expect(await photos.offsetOf(102, photo)).toEqual([200, '0']);
		expect(await photos.isThere(102, photo)).toBe(404);
		expect((await photos.put(102, photo, [4_000, 5_000])).status).toBe(409);
		expect((await photos.put(102, photo, [0, 4_000])).status).toBe(202);
		expect(await photos.isThere(102, photo)).toBe(404);
		expect((await photos.put(102, photo, [4_000, 5_000])).status).toBe(201);
		expect(await photos.isThere(102, photo)).toBe(200);
	});

	it('come once when several tabs send them at the same time', async () => {
		const photo = aPhoto(60_000);
		const whole = await Promise.all(Array.from({ length: 4 }, () => photos.put(101, photo)));
		expect(whole.map((each) => each.status).toSorted()).toEqual([200, 200, 200, 201]);

		const other = aPhoto(60_000);
		for (const part of [
			[0, 30_000],
			[30_000, 60_000],
		] as const) {
			const sent = await Promise.all(Array.from({ length: 4 }, () => photos.put(101, other, part)));
			expect(sent.filter((each) => each.status === (part[0] === 0 ? 202 : 201))).toHaveLength(1);
		}
		expect(await photos.isThere(101, other)).toBe(200);
	});
});
