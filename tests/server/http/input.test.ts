/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- `ask` has checked every answer against its route's schema. */
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect as dial, type AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bikeOf } from '#server/demo/people.ts';
import { idOf, shopId } from '#server/demo/cast.ts';
import { bodyBytesMax, syncBodyBytesMax } from '#server/routes/edge.ts';
import { aServer, type TestServer } from '#tests/support/app.ts';

let server: TestServer;
let socket: Server;
beforeAll(async () => {
	server = await aServer();
	const { fetch } = server.open.app;
	socket = createAdaptorServer({ fetch, overrideGlobalObjects: false }) as Server;
	await once(socket.listen(0, '127.0.0.1'), 'listening');
});
afterAll(async () => {
	socket.closeAllConnections();
	await new Promise((resolve) => socket.close(resolve));
	await server.close();
});

const asha = 101;
const create = '/api/bookings/create';
const good = () => ({
	shopId: shopId(1),
	vehicleId: bikeOf(asha),
	serviceIds: [randomUUID()],
	start: '2026-11-25T04:30:00.000Z',
});
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('a body that cannot be right', () => {
	const bodies: readonly (readonly [what: string, body: unknown])[] = [
		['no object', '[]'],
		['not JSON', '{"shopId":'],
		['nothing where something is needed', ''],
		['two values', '{} {}'],
		['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
		['a byte order mark', '\ufeff{}'],
		['an unknown key', { ...good(), price: 1 }],
		['a prototype', `{"__proto__":{"shopId":"x"},"shopId":"${shopId(1)}"}`],
		['a constructor', { ...good(), constructor: { name: 'x' } }],
		['a NUL', { ...good(), mode: 'wait\u0000' }],
		['an escaped NUL', `{"shopId":"\\u0000"}`],
		['half a surrogate pair', `{"shopId":"\\ud83d"}`],
		['a key with a control character', `{"shop\\u0007Id":"x"}`],
		['nesting without end', `{"serviceIds":${nested(10_000)}}`],
		['an id in capitals', { ...good(), shopId: shopId(1).toUpperCase() }],
		['an id that is none', { ...good(), shopId: "1' or '1'='1" }],
		['a time without its decimals', { ...good(), start: '2026-11-25T04:30:00Z' }],
		['a time of another zone', { ...good(), start: '2026-11-25T10:00:00.000+05:30' }],
		['a day that is none', { ...good(), start: '2026-02-30T04:30:00.000Z' }],
		['a time at the end of all years', { ...good(), start: '9999-12-31T23:59:59.999Z' }],
		['no service', { ...good(), serviceIds: [] }],
		[
			'too many services',
			{ ...good(), serviceIds: Array.from({ length: 11 }, () => randomUUID()) },
		],
		['a service twice', { ...good(), serviceIds: [shopId(1), shopId(1)] }],
		['a number that is none', `{"extraLimitPaise":1e400}`],
		['a negative sum', { ...good(), extraLimitPaise: -1 }],
		['half a paisa', { ...good(), extraLimitPaise: 0.5 }],
		['a value of another type', { ...good(), vehicleId: { $ne: null } }],
		['an unknown choice', { ...good(), mode: 'teleport' }],
	];

	it.each(bodies)('with %s is malformed', async (_what, body) => {
		const { status, body: told } = await server.ask('POST', create, {
			as: asha,
			body,
			headers: { 'content-type': 'application/json' },
		});
		expect(status).toBe(400);
		expect(['malformed', 'not_understood']).toContain(told.code);
	});

	it.each([
		['text/plain', 415],
		['application/x-www-form-urlencoded', 415],
		['multipart/form-data; boundary=x', 415],
		['application/json; charset=utf-16', 415],
		['application/json; charset=utf-8', 400],
		['application/json', 400],
	])('of type %s is answered %d', async (type, status) => {
		const told = await server.ask('POST', create, {
			as: asha,
			body: '{}',
			headers: { 'content-type': type },
		});
		expect(told.status).toBe(status);
	});

	it('is not unpacked', async () => {
		const headers = { 'content-encoding': 'gzip', 'content-type': 'application/json' };
		const told = await server.ask('POST', create, { as: asha, body: '{}', headers });
		expect(told.status).toBe(415);
	});

	it.each([
		[create, bodyBytesMax],
		['/api/sync', syncBodyBytesMax],
	])('of %s is cut off behind its limit, and not before', async (path, bytesMax) => {
		const of = (bytes: number) => `{"filler":"${'x'.repeat(bytes - 13)}"}`;
		const headers = { 'content-type': 'application/json' };
		const fits = await server.ask('POST', path, { as: asha, body: of(bytesMax), headers });
		expect(fits.status).toBe(400);
		const over = await server.ask('POST', path, { as: asha, body: of(bytesMax + 1), headers });
		expect(over).toMatchObject({ status: 413, body: { code: 'too_large', bytesMax } });
	});
});

describe('a question that cannot be right', () => {
	const paths: readonly (readonly [path: string, status: number])[] = [
		['/api/bookings/not-an-id', 400],
		[`/api/bookings/${shopId(1).toUpperCase()}`, 400],
		['/api/bookings/%00', 400],
		['/api/bookings/%zz', 400],
		['/api/bookings/..%2f..%2fetc%2fpasswd', 400],
		['/api/bookings/%2e%2e%2fme', 400],
		['/api//me', 400],
		['/api/me%5c', 400],
		['/api/bookings/' + 'a'.repeat(5_000), 400],
		['/api/me?x=1', 400],
		['/api/shops?q=a&q=b', 400],
		['/api/shops?near=200,10', 400],
		['/api/shops?near=91,0', 400],
		['/api/shops?__proto__=1', 400],
		['/api/shops?q=%00', 400],
		[`/api/shops/${shopId(1)}?class=tank`, 400],
		[`/api/shops/${shopId(1)}/slots`, 400],
		[`/api/shops/${shopId(1)}/slots?date=2026-13-01&services=${shopId(1)}`, 400],
		[`/api/shops/${shopId(1)}/slots?date=0000-01-01&services=${shopId(1)}`, 400],
		[`/api/shops/${shopId(1)}/slots?date=2026-11-24&services=`, 400],
		[`/api/shops/${shopId(1)}/slots?date=2026-11-24&services=a,b`, 400],
		[`/api/shops/${shopId(1)}/slots?date=2026-11-24&services=${randomUUID()}`, 404],
		[`/api/shops/${randomUUID()}`, 404],
		[`/api/bookings/${randomUUID()}`, 404],
		['/api/nothing/here', 404],
		['/api/constructor', 404],
		['/api/worker/jobs?status=lost', 400],
	];

	it.each(paths)('%s', async (path, status) => {
		const as = path.includes('/worker/') ? 21 : asha;
		expect((await server.ask('GET', path, { as })).status).toBe(status);
	});

	it('names the methods that an address knows', async () => {
		for (const method of ['DELETE', 'PATCH', 'GET', 'OPTIONS']) {
			const path = `/api/bookings/${randomUUID()}/confirm`;
			const { status, headers } = await server.ask(method, path, { as: asha });
			expect([status, headers.get('allow')]).toEqual([405, 'PUT']);
		}
		const { status, headers } = await server.ask('POST', '/api/me', { as: asha, body: {} });
		expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
	});

	it('answers HEAD like GET, without the body', async () => {
		const head = await server.ask('HEAD', '/api/me', { as: asha });
		expect([head.status, head.body]).toEqual([200, '']);
		const live = await server.ask('HEAD', '/api/sync/live', { as: asha });
		expect([live.status, live.body]).toEqual([200, '']);
	});

	it.each(['', 'not a key', '00000000-0000-0000-0000', `${randomUUID()},${randomUUID()}`])(
		'refuses the key "%s"',
		async (key) => {
			const { status } = await server.ask('POST', create, { as: asha, body: good(), key });
			expect(status).toBe(400);
		},
	);

	it('takes a key in capitals for the same key', async () => {
		const key = randomUUID();
		const path = '/api/vehicles';
		const body = { registrationNumber: 'KA05ZZ0001', make: 'TVS', model: 'XL', class: 'commuter' };
		const first = await server.ask('POST', path, { as: asha, key, body });
		const again = await server.ask('POST', path, { as: asha, key: key.toUpperCase(), body });
		expect([first.status, again.body]).toEqual([201, first.body]);
	});
});

describe('a write from a page of another site', () => {
	const from = (headers: Record<string, string>) =>
		server.ask('POST', '/api/auth/sign-out', { body: {}, headers });

	it.each([
		[{ origin: 'https://evil.example' }],
		[{ origin: 'null' }],
		[{ origin: 'http://localhost:3000.evil.example' }],
		[{ 'sec-fetch-site': 'cross-site' }],
		[{ 'sec-fetch-site': 'same-site', origin: 'http://other.localhost:3000' }],
	] as Record<string, string>[][])('is refused: %j', async (headers) => {
		expect(await from(headers)).toMatchObject({ status: 403, body: { code: 'wrong_origin' } });
	});

	it.each([
		[{}],
		[{ origin: 'http://localhost:3000' }],
		[{ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:3000' }],
		[{ 'sec-fetch-site': 'none' }],
	] as Record<string, string>[][])('is let through from our own: %j', async (headers) => {
		expect((await from(headers)).status).toBe(401);
	});
});

describe('on a real socket', () => {
	const origin = () => `http://127.0.0.1:${(socket.address() as AddressInfo).port}`;

	it('counts the bytes of a chunked body', async () => {
		const token = await server.tokenOf(asha);
		let sent = 0;
		const endless = new ReadableStream<Uint8Array>({
			pull(controller) {
				sent += 16_384;
				controller.enqueue(new Uint8Array(16_384).fill(0x20));
				if (sent > 8 * bodyBytesMax) controller.close();
			},
		});
		const response = await fetch(origin() + create, {
			method: 'POST',
			headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
			body: endless,
			duplex: 'half',
		} as RequestInit);
		expect(response.status).toBe(413);
		expect(await response.json()).toMatchObject({ code: 'too_large' });
	});

	it.each([
		'GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
		'GET /%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
		'GET /api/%c0%ae HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
		'GET http://evil.example/api/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
		'POST /api/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
		'POST /api/sync HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
		'GET /api/me HTTP/1.1\r\n\r\n',
		'\x16\x03\x01\x02\x00\x01',
	])('answers %j with a plain no', async (bytes) => {
		const answer = await raw(bytes);
		const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? '400');
		expect(status).toBeGreaterThanOrEqual(400);
		expect(status).toBeLessThan(500);
	});

	it('believes a proxy only on this machine, when there is one, and only its own word', async () => {
		const proxied = await aServer({ connection: server.connection, behindProxy: true });
		const other = createAdaptorServer({
			fetch: proxied.open.app.fetch,
			overrideGlobalObjects: false,
		}) as Server;
		await once(other.listen(0, '127.0.0.1'), 'listening');
		const send = (to: string) =>
			fetch(`${to}/api/auth/phone-number/send-otp`, {
				method: 'POST',
				headers: { 'content-type': 'application/json', 'x-forwarded-for': '10.9.9.9, 203.0.113.7' },
				body: JSON.stringify({ phoneNumber: `+9198765${randomInt(10_000, 99_999)}` }),
			});
		expect((await send(origin())).status).toBe(200);
		expect((await send(`http://127.0.0.1:${(other.address() as AddressInfo).port}`)).status).toBe(
			200,
		);
		other.closeAllConnections();
		other.close();
		const keys = await server.connection.query<{ key: string }>('select key from rate_limit');
		expect(keys.map((each) => each.key).toSorted()).toEqual([
			'send',
			'send 127.0.0.1',
			'send 203.0.113.7',
		]);
	});

	it('forgets a live stream whose phone went away', async () => {
		const authorization = `Bearer ${await server.tokenOf(asha)}`;
		const hangUp = new AbortController();
		const { signal } = hangUp;
		const headers = { authorization };
		const stream = await fetch(`${origin()}/api/sync/live`, { headers, signal });
		await stream.body!.getReader().read();
		const { live } = server.open.house;
		expect(live.countOf(idOf(`user ${asha}`))).toBe(1);
		hangUp.abort();
		await vi.waitFor(() => expect(live.countOf(idOf(`user ${asha}`))).toBe(0), 30_000);
	});

	function raw(bytes: string): Promise<string> {
		return new Promise((resolve) => {
			let answer = '';
			const client = dial((socket.address() as AddressInfo).port, '127.0.0.1');
			client.setEncoding('utf8').on('data', (piece: string) => (answer += piece));
			client.on('error', () => resolve(answer)).on('close', () => resolve(answer));
			client.end(bytes, 'latin1');
		});
	}
});
