import { describe, expect, it } from 'vitest';
import type { SyncAnswer, SyncRequest } from '#sync/protocol/sync.ts';
import { connectLive, createSend } from '#lib/device/http.ts';
import { id, monday } from '#tests/support/cast.ts';

const request: SyncRequest = {
	...{ install: null, era: null, schema: 1, build: 'test', pending: 0, cursors: {}, mutations: [] },
	device: { id: id('device', 1), browserId: id('browser', 1) },
};
const answer: SyncAnswer = {
	...{ install: id('shop', 1), era: 1, now: monday, acks: [], lastSeq: 0, docs: {}, gone: [] },
	...{ cursors: {}, scopes: { added: [], dropped: [] }, more: false },
};
const json = (body: unknown, init: ResponseInit = {}) =>
	new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' }, ...init });

/** One round trip with a server that answers so. */
async function roundTrip(respond: () => Response | Promise<Response>) {
	const reported: unknown[] = [];
	const calls: [string, RequestInit | undefined][] = [];
	const send = createSend(
		async (path, init) => {
			calls.push([path, init]);
			return respond();
		},
		(error) => reported.push(error),
	);
	const result = await send(request).then(
		(value) => ({ value }),
		(error: unknown) => ({ error }),
	);
	return { ...result, reported, calls };
}

describe('a round trip over HTTP', () => {
	it('carries the request and gives the answer', async () => {
		const { value, calls } = (await roundTrip(() => json(answer))) as {
			value: SyncAnswer;
			calls: [string, RequestInit][];
		};

		expect(value).toEqual(answer);
		expect(calls.map(([path, init]) => [path, init.method])).toEqual([['/api/sync', 'POST']]);
		expect(JSON.parse(calls[0]?.[1].body as string)).toEqual(request);
	});

	it.each([
		[401, 'signed_out'],
		[403, 'forbidden'],
		[413, 'too_large'],
		[500, 'unavailable'],
		[400, 'unavailable'],
	])('takes a %i for %s', async (status, reason) => {
		expect(await roundTrip(() => json({}, { status }))).toMatchObject({ error: { reason } });
	});

	it('hears how long an unwell server wants to be left alone', async () => {
		const headers = { 'content-type': 'application/json', 'retry-after': '9' };
		const { error } = (await roundTrip(() => json({}, { status: 503, headers }))) as {
			error: unknown;
		};
		expect(error).toMatchObject({ reason: 'unavailable', retryAfterMs: 9_000 });
	});

	it('takes a network that fails, and a page of somebody else, for no network', async () => {
		const failing = await roundTrip(() => Promise.reject(new TypeError('fetch failed')));
		expect(failing).toMatchObject({ error: { reason: 'offline' }, reported: [] });

		const portal = () => new Response('<h1>Welcome to our hotel</h1>', { status: 200 });
		expect(await roundTrip(portal)).toMatchObject({ error: { reason: 'offline' }, reported: [] });

		const headers = { 'content-type': 'application/json' };
		const torn = () => new Response('{"install":', { status: 200, headers });
		expect(await roundTrip(torn)).toMatchObject({ error: { reason: 'offline' }, reported: [] });
	});

	it('reports an answer that is not as agreed', async () => {
		const result = await roundTrip(() => json({ ...answer, lastSeq: 'seven' }));
		expect(result).toMatchObject({ error: { reason: 'unavailable' } });
		expect(result.reported).toHaveLength(1);
	});
});

describe('a stream over HTTP', () => {
	it('gives its bytes and ends with it', async () => {
		const connect = connectLive(async () => new Response('one\ntwo\n'));
		const pieces = await Array.fromAsync(await connect(new AbortController().signal));
		expect(pieces.map((piece) => new TextDecoder().decode(piece)).join('')).toBe('one\ntwo\n');
	});

	it('says why there is none', async () => {
		const connect = connectLive(async () => json({}, { status: 401 }));
		await expect(connect(new AbortController().signal)).rejects.toMatchObject({
			reason: 'signed_out',
		});
	});

	it('that tears is a bad network, not a bug', async () => {
		const body = new ReadableStream<Uint8Array>({
			pull: (controller) => controller.error(new TypeError('network error')),
		});
		const connect = connectLive(async () => new Response(body));
		const reading = Array.fromAsync(await connect(new AbortController().signal));
		await expect(reading).rejects.toMatchObject({ reason: 'offline' });
	});
});
