import { describe, expect, it } from 'vitest';
import type { SyncAnswer, SyncRequest } from '#sync/protocol/sync.ts';
import { connectLive, createSend } from '#lib/device/sync/http.ts';
import { id, monday } from '#tests/support/cast.ts';

const request: SyncRequest = {
	...{ install: null, era: null, schema: 1, build: 'test', pending: 0, cursors: {}, mutations: [] },
	...{ asking: [], seen: [] },
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
		[401, 'not_signed_in', 'signed_out'],
		[403, 'not_allowed', 'forbidden'],
		[403, 'wrong_origin', 'forbidden'],
		[403, 'device_revoked', 'revoked'],
		[403, 'of_a_later_version', 'unavailable'],
		[413, 'too_large', 'too_large'],
		[500, 'unavailable', 'unavailable'],
		[400, 'malformed', 'unavailable'],
	])('takes a %i %s for %s', async (status, code, reason) => {
		const headers = { 'content-type': 'application/problem+json; charset=utf-8' };
		const respond = () => json({ code }, { status, headers });
		expect(await roundTrip(respond)).toMatchObject({ error: { reason } });
	});

	it.each([401, 403])("lets nobody's %i but our server's send a phone away", async (status) => {
		const portal = () => new Response('<h1>Pay first</h1>', { status });
		expect(await roundTrip(portal)).toMatchObject({ error: { reason: 'offline' } });
		for (const body of [null, {}, { code: 7 }]) {
			const strange = () => json(body, { status });
			expect(await roundTrip(strange)).toMatchObject({ error: { reason: 'offline' } });
		}
	});

	it('asks with patience, and can hang up', async () => {
		const calls: [string, RequestInit | undefined][] = [];
		const send = createSend(
			async (path, init) => {
				calls.push([path, init]);
				return json(answer);
			},
			() => undefined,
		);
		const { signal } = new AbortController();
		await send(request, { waitSeconds: 25, signal });
		await send(request);
		expect(calls.map(([path]) => path)).toEqual(['/api/sync?wait=25', '/api/sync']);
		expect(calls.map(([, init]) => init?.signal)).toEqual([signal, undefined]);
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
		const problem = { code: 'not_signed_in' };
		const connect = connectLive(async () => json(problem, { status: 401 }));
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
