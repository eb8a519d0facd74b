/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- `ask` has checked every answer against its route's schema. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { idOf, shopId } from '#server/demo/cast.ts';
import { liveFanOut, type Heads } from '#server/db/live.ts';
import { scopeOf } from '#sync/core/scope.ts';
import { heartbeatSeconds } from '#sync/protocol/live.ts';
import { aServer, type TestServer } from '#tests/support/app.ts';
import { aStream, type Stream } from '#tests/support/streams.ts';

let server: TestServer;
beforeAll(async () => {
	server = await aServer();
});
afterAll(() => server.close());

const listen = async (as: number | string): Promise<Stream> =>
	aStream(server.open, typeof as === 'number' ? await server.tokenOf(as) : as);

/** A stream that has said how things are. */
async function listenOn(as: number | string): Promise<Stream> {
	const stream = await listen(as);
	await stream.until('heads');
	return stream;
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
	it('says hello at once, then the counters of its scopes, and pokes when one of them moves', async () => {
		const scope = scopeOf.customer(idOf('customer 112'));
		const { response, next, hangUp } = await listen(112);
		expect(response.headers.get('content-type')).toContain('application/x-ndjson');
		expect(response.headers.get('cache-control')).toBe('no-store');
		const { install, era } = await server.open.world.port.installation();
		expect(await next()).toEqual({ kind: 'hello', install, era, heads: {} });
		const known = (await next()) as { kind: string; heads: Heads };
		expect(known.kind).toBe('heads');
		const before = known.heads[scope]!;

		expect((await addBike(112, 'KA05AA0112')).status).toBe(201);
		expect(await next()).toEqual({ kind: 'poke', heads: { [scope]: before + 1 } });
		hangUp();
	});

	it('says hello also while the counters cannot be read', async () => {
		const { port } = server.open.world;
		const reading = Promise.withResolvers<never>();
		vi.spyOn(port, 'heads').mockReturnValueOnce(reading.promise);
		const { next } = await listen(112);
		expect(await next()).toMatchObject({ kind: 'hello' });
		reading.reject(new Error('the database is away'));
		expect(await next()).toMatchObject({ kind: 'bye' });
		expect(await next()).toBeNull();
	});

	it('tells the counters again and again, for pokes that were lost', async () => {
		vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
		onTestFinished(() => void vi.useRealTimers());
		const { next, hangUp } = await listenOn(112);
		await server.connection.query('update scope_head set v = v + 1 where scope = $1', [
			scopeOf.customer(idOf('customer 112')),
		]);
		const heads = await server.open.world.port.heads([scopeOf.customer(idOf('customer 112'))]);
		vi.advanceTimersByTime(heartbeatSeconds * 1000);
		expect(await next()).toMatchObject({ kind: 'heads', heads });
		hangUp();
	});

	it('does not hear what is none of its business', async () => {
		const mine = await listenOn(113);
		await addBike(114, 'KA05AA0114');
		await addBike(113, 'KA05AA0113');
		const poke = (await mine.next()) as { heads: Heads };
		expect(Object.keys(poke.heads)).toEqual([scopeOf.customer(idOf('customer 113'))]);
		mine.hangUp();
	});

	it('follows at once what the person may follow by now, and no more what he may not', async () => {
		const card = scopeOf.customer(idOf('customer 121'));
		const office = scopeOf.office(shopId(3));
		const { next, hangUp } = await listenOn(121);
		const { committed } = server.open.world;
		const setGrants = (sql: string) => server.connection.query(sql, [idOf('user 121')]);

		await setGrants(
			`insert into role_grant (role_grant_id, user_id, role, shop_id, granted_at)
			select $1, $1, 'owner', '${shopId(3)}', granted_at from role_grant where user_id = $1`,
		);
		committed({ [card]: 900 });
		expect(await next()).toMatchObject({ kind: 'poke' });
		const told = (await next()) as { kind: string; heads: Heads };
		expect(told).toMatchObject({ kind: 'heads', heads: { [office]: expect.any(Number) } });
		committed({ [office]: 901 });
		expect(await next()).toEqual({ kind: 'poke', heads: { [office]: 901 } });

		await setGrants(
			`update role_grant set revoked_at = granted_at where user_id = $1 and role = 'owner'`,
		);
		committed({ [card]: 902 });
		expect(await next()).toMatchObject({ kind: 'poke' });
		const left = (await next()) as { kind: string; heads: Heads };
		expect([left.kind, office in left.heads, card in left.heads]).toEqual(['heads', false, true]);
		committed({ [office]: 903 });
		committed({ [card]: 904 });
		expect(await next()).toEqual({ kind: 'poke', heads: { [card]: 904 } });
		hangUp();
	});

	it('ends with a goodbye when its session ends', async () => {
		const token = await enter(115);
		const { next } = await listenOn(token);
		await server.ask('POST', '/api/auth/sign-out', { as: token });
		expect(await next()).toMatchObject({ kind: 'bye', retryMs: expect.any(Number) });
		expect(await next()).toBeNull();
	});

	it('ends when the session was ended elsewhere', async () => {
		const token = await enter(116);
		const { next } = await listenOn(token);
		await server.connection.query('delete from session where user_id = $1', [idOf('user 116')]);
		await server.open.watch.check();
		expect(await next()).toMatchObject({ kind: 'bye' });
	});

	it('goes on for the others', async () => {
		const { next, hangUp } = await listenOn(117);
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
		const streams = await Promise.all([listenOn(119), listenOn(120)]);
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

	it('knows what anybody follows', () => {
		const live = liveFanOut(() => undefined);
		const [a, b] = [scopeOf.floor('a'), scopeOf.floor('b')];
		for (const scopes of [[a], [a, b]])
			live.follow({ userId: 'u', scopes: () => new Set(scopes), hear: () => undefined });
		expect(live.followed().toSorted()).toEqual([a, b]);
	});
});
