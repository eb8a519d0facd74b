/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- `ask` has checked every answer against its route's schema. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf } from '#server/demo/cast.ts';
import { liveFanOut, type Heads } from '#server/db/live.ts';
import { scopeOf } from '#sync/core/scope.ts';
import type { LiveEvent } from '#sync/protocol/live.ts';
import { aServer, type TestServer } from '#tests/support/app.ts';

let server: TestServer;
beforeAll(async () => {
	server = await aServer();
});
afterAll(() => server.close());

/** A stream as a phone reads it; `next` waits for a line, null is the end. */
async function listen(as: number | string) {
	const token = typeof as === 'number' ? await server.tokenOf(as) : as;
	const hangUp = new AbortController();
	const response = await server.open.app.request('/api/sync/live', {
		headers: { authorization: `Bearer ${token}` },
		signal: hangUp.signal,
	});
	const reader = response.body!.getReader();
	const decoder = new TextDecoder();
	let rest = '';
	async function next(): Promise<LiveEvent | null> {
		for (;;) {
			const end = rest.indexOf('\n');
			if (end >= 0) {
				const line = rest.slice(0, end);
				rest = rest.slice(end + 1);
				return JSON.parse(line) as LiveEvent;
			}
			const { done, value } = await reader.read();
			if (done) return null;
			rest += decoder.decode(value, { stream: true });
		}
	}
	return { response, next, hangUp: () => void reader.cancel() };
}

const enter = async (number: number): Promise<string> => {
	const { body } = await server.ask('POST', '/api/auth/phone-number/verify', {
		body: { phoneNumber: `+919000000${number}`, code: '000000' },
	});
	return body.token;
};

const addBike = (as: number, registrationNumber: string) =>
	server.ask('POST', '/api/vehicles', {
		as,
		body: { registrationNumber, make: 'TVS', model: 'XL', class: 'commuter' },
	});

describe('the live stream', () => {
	it('says hello with the counters of its scopes, and pokes when one of them moves', async () => {
		const scope = scopeOf.customer(idOf('customer 112'));
		const { response, next, hangUp } = await listen(112);
		expect(response.headers.get('content-type')).toContain('application/x-ndjson');
		expect(response.headers.get('cache-control')).toBe('no-store');
		const hello = await next();
		const { install } = await server.open.world.port.installation();
		expect(hello).toMatchObject({ kind: 'hello', install });
		const before = (hello as { heads: Heads }).heads[scope]!;

		expect((await addBike(112, 'KA05AA0112')).status).toBe(201);
		expect(await next()).toEqual({ kind: 'poke', heads: { [scope]: before + 1 } });
		hangUp();
	});

	it('does not hear what is none of its business', async () => {
		const mine = await listen(113);
		await mine.next();
		await addBike(114, 'KA05AA0114');
		await addBike(113, 'KA05AA0113');
		const poke = (await mine.next()) as { heads: Heads };
		expect(Object.keys(poke.heads)).toEqual([scopeOf.customer(idOf('customer 113'))]);
		mine.hangUp();
	});

	it('ends with a goodbye when its session ends', async () => {
		const token = await enter(115);
		const { next } = await listen(token);
		expect(await next()).toMatchObject({ kind: 'hello' });
		await server.ask('POST', '/api/auth/sign-out', { as: token });
		expect(await next()).toMatchObject({ kind: 'bye', retryMs: expect.any(Number) });
		expect(await next()).toBeNull();
	});

	it('ends when the session was ended elsewhere', async () => {
		const token = await enter(116);
		const { next } = await listen(token);
		await next();
		await server.connection.query('delete from session where user_id = $1', [idOf('user 116')]);
		await server.open.watch.check();
		expect(await next()).toMatchObject({ kind: 'bye' });
	});

	it('goes on for the others', async () => {
		const { next, hangUp } = await listen(117);
		await next();
		await server.open.watch.check();
		await addBike(117, 'KA05AA0117');
		expect(await next()).toMatchObject({ kind: 'poke' });
		hangUp();
	});

	it('is given six times to one person, and again when one hung up', async () => {
		const streams = await Promise.all(Array.from({ length: 6 }, () => listen(118)));
		const seventh = await server.ask('GET', '/api/sync/live', { as: 118 });
		expect(seventh).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
		streams[0]!.hangUp();
		const again = await listen(118);
		expect(again.response.status).toBe(200);
		for (const each of [...streams, again]) each.hangUp();
		expect(server.open.house.live.countOf(idOf('user 118'))).toBe(0);
	});

	it('says goodbye to everybody when the server stops', async () => {
		const streams = await Promise.all([listen(119), listen(120)]);
		for (const each of streams) await each.next();
		server.open.watch.endAll();
		for (const each of streams) {
			expect(await each.next()).toMatchObject({ kind: 'bye' });
			expect(await each.next()).toBeNull();
		}
	});
});

describe('the fan-out', () => {
	it('tells the first at once and what follows together', () => {
		const waiting: (() => void)[] = [];
		const live = liveFanOut((work) => void waiting.push(work));
		const heard: Heads[] = [];
		const [a, b] = [scopeOf.floor('a'), scopeOf.floor('b')];
		live.follow({
			userId: 'u',
			scopes: () => new Set([a]),
			hear: (heads) => void heard.push(heads),
		});

		live.publish({ [a]: 1, [b]: 1 });
		expect(heard).toEqual([{ [a]: 1 }]);
		live.publish({ [a]: 3 });
		live.publish({ [a]: 2 });
		expect(heard).toHaveLength(1);
		waiting.shift()!();
		expect(heard).toEqual([{ [a]: 1 }, { [a]: 3 }]);
		waiting.shift()!();
		live.publish({ [a]: 4 });
		expect(heard.at(-1)).toEqual({ [a]: 4 });
	});

	it('says nothing to who left', () => {
		const live = liveFanOut(() => undefined);
		const heard: Heads[] = [];
		const scope = scopeOf.floor('a');
		const leave = live.follow({
			userId: 'u',
			scopes: () => new Set([scope]),
			hear: (heads) => void heard.push(heads),
		});
		leave();
		live.publish({ [scope]: 1 });
		expect(heard).toEqual([]);
	});
});
