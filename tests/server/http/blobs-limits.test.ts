/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- answers are looked at as they come. */
import { once } from 'node:events';
import { connect as dial } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { idOf } from '#server/demo/cast.ts';
import { blobBytesMax } from '#sync/protocol/blob.ts';
import { aServer, type TestServer } from '#tests/support/app.ts';
import { anEmptyDatabase, databases } from '#tests/support/database.ts';
import { aPhoto, hashOf, photosOn, type Bytes, type Photos } from '#tests/support/photos.ts';
import { onSocket } from '#tests/support/streams.ts';

describe.each(databases)('photos on %s', (database) => {
	let server: TestServer;
	let photos: Photos;
	beforeAll(async () => {
		server = await aServer({ connection: await anEmptyDatabase(database) });
		photos = photosOn(server);
	});
	afterAll(() => server.close());

	it.each([
		'bytes 0-4999/4999',
		'bytes 5-4/5000',
		'bytes 0-4998/5000',
		'bytes 0-5000/5001',
		'bytes */5000',
		'bytes 0-4999/*',
		'items 0-4999/5000',
		'bytes=0-4999/5000',
		'bytes -1-4998/5000',
		'',
	])('are malformed with Content-Range "%s"', async (range) => {
		const photo = aPhoto();
		const headers = { 'content-range': range };
		const told = await photos.ask('PUT', hashOf(photo), 101, { body: photo, headers });
		expect([told.status, (await told.json()).code]).toEqual([400, 'malformed']);
		expect(await photos.offsetOf(101, photo)).toEqual([200, '0']);
	});

	it('are malformed when empty, packed, or under no digest', async () => {
		const photo = aPhoto();
		const empty = await photos.ask('PUT', hashOf(photo), 101, { body: new Uint8Array() });
		const headers = { 'content-encoding': 'gzip' };
		const packed = await photos.ask('PUT', hashOf(photo), 101, { body: photo, headers });
		expect([empty.status, packed.status]).toEqual([400, 400]);
		for (const hash of ['x', hashOf(photo).toUpperCase(), `${hashOf(photo)}0`, '..%2f..'])
			for (const method of ['PUT', 'GET'])
				expect(
					(await photos.ask(method, hash, 101, method === 'PUT' ? { body: photo } : {})).status,
				).toBe(400);
	});

	it('are not taken when they are too large, however that is said', async () => {
		const fits = aPhoto(blobBytesMax);
		const over = aPhoto(blobBytesMax + 1);
		expect((await photos.put(101, fits)).status).toBe(201);
		expect(await photos.put(101, over)).toMatchObject({ status: 413, body: { code: 'too_large' } });
		expect((await photos.put(101, over, [0, 1_000])).status).toBe(413);

		let sent = 0;
		const endless = new ReadableStream<Uint8Array>({
			pull(controller) {
				sent += 65_536;
				controller.enqueue(new Uint8Array(65_536));
				if (sent > 8 * blobBytesMax) controller.close();
			},
		});
		expect((await photos.ask('PUT', hashOf(over), 101, { body: endless })).status).toBe(413);
		expect(sent).toBeLessThan(2 * blobBytesMax);
	});

	it('of one person are so many a day', async () => {
		const used = `update rate_limit set count = $2 where key = $1`;
		const photo = aPhoto();
		await photos.put(103, photo, [0, 10]);
		const key = `blob ${idOf('user 103')}`;
		const [counted] = await server.connection.query<{ count: number }>(
			'select count from rate_limit where key = $1',
			[key],
		);
		expect(counted!.count).toBe(4_096);
		await server.connection.query(used, [key, 200 * 1024 * 1024 - 4_989]);
		expect(await photos.put(103, photo, [10, 5_000])).toMatchObject({
			status: 429,
			body: { code: 'too_many_attempts', retryAfterSeconds: expect.any(Number) },
		});
		expect(await photos.offsetOf(103, photo)).toEqual([200, '10']);
		expect((await photos.put(104, photo)).status).toBe(201);
		server.pass(86_401);
		expect((await photos.put(103, photo, [10, 5_000])).status).toBe(201);
	});

	it('that were not finished are forgotten after a week, others never', async () => {
		const [begun, going, done] = [aPhoto(), aPhoto(), aPhoto()];
		await photos.put(105, begun, [0, 1_000]);
		await photos.put(105, going, [0, 1_000]);
		await photos.put(105, done);
		server.pass(6 * 86_400);
		await photos.put(105, going, [1_000, 2_000]);
		server.pass(2 * 86_400);
		await server.open.house.blobs.sweep();
		expect(await photos.offsetOf(105, begun)).toEqual([200, '0']);
		expect(await photos.offsetOf(105, going)).toEqual([200, '2000']);
		expect(await photos.isThere(105, done)).toBe(200);
		const left = await server.connection.query(
			'select from blob_part where user_id = $1 and sha256 = $2',
			[idOf('user 105'), hashOf(begun)],
		);
		expect(left).toEqual([]);
	});

	it('whose connection broke are gone on with from there', async () => {
		const { origin } = await onSocket(server.open.app.fetch);
		const { port, hostname } = new URL(origin);
		const photo = aPhoto(100_000);
		const token = await server.tokenOf(106);
		const lookedUp = vi.spyOn(server.open.world.port, 'list');
		async function cutOff(bytes: Bytes, head: string): Promise<void> {
			const phone = dial(Number(port), hostname);
			await once(phone, 'connect');
			lookedUp.mockClear();
			phone.write(
				`PUT /api/blobs/${hashOf(photo)} HTTP/1.1\r\nHost: ${hostname}\r\n` +
					`Authorization: Bearer ${token}\r\n${head}\r\n\r\n`,
			);
			// Who it is has been looked up: from now on the body is read.
			await vi.waitFor(() => expect(lookedUp).toHaveBeenCalled(), 30_000);
			await lookedUp.mock.results[0]!.value;
			phone.write(bytes, () => phone.destroySoon());
			await once(phone, 'close');
		}
		const arrived = async () => Number((await photos.offsetOf(106, photo))[1]);

		await cutOff(photo.slice(0, 40_000), 'Content-Length: 100000');
		await vi.waitFor(async () => expect(await arrived()).toBe(40_000), 30_000);
		await cutOff(
			photo.slice(40_000, 70_000),
			'Content-Length: 60000\r\nContent-Range: bytes 40000-99999/100000',
		);
		await vi.waitFor(async () => expect(await arrived()).toBe(70_000), 30_000);
		// A second try from the start that breaks earlier takes nothing away.
		await cutOff(photo.slice(0, 10_000), 'Content-Length: 100000');
		expect((await photos.put(106, photo, [70_000, 100_000])).status).toBe(201);
		expect(await photos.isThere(106, photo)).toBe(200);
	});

	it('are in no scope', async () => {
		const before = await server.connection.query('select scope, v from scope_head order by scope');
		await photos.put(107, aPhoto());
		expect(await server.connection.query('select scope, v from scope_head order by scope')).toEqual(
			before,
		);
	});
});
