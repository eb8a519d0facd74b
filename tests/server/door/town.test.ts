import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Scope } from '#sync/core/scope.ts';
import { addDays, addMs, dayMs, localDay } from '#sync/core/time.ts';
import { shopWindow, type ShopWindow } from '#sync/shop/age-window.ts';
import { timer, type Timer } from '#sync/timer/entity.ts';
import { aServer, townBegins, type TestServer } from '#tests/support/app.ts';
import { allScopes, liveIn, stampedAnew } from '#tests/support/scopes.ts';

let server: TestServer;
let scopes: readonly Scope[];
beforeAll(async () => {
	server = await aServer();
	scopes = await allScopes(server.open.world.port);
});
afterAll(() => server.close());

const port = () => server.open.world.port;
const today = localDay('Asia/Kolkata', townBegins);
const days = async () =>
	((await port().list(shopWindow, {})) as unknown as ShopWindow[]).map((each) => each.day);
/** Of all documents in all scopes: what is shown, and what the rows say should be. */
const shown = async () => {
	const [now, due] = [port(), await stampedAnew(port())];
	return { now: await liveIn(now, scopes), due: await liveIn(due, scopes) };
};

it('seeds a town that shows in each scope what it would had all that really happened', async () => {
	const { now, due } = await shown();

	expect(Object.values(now).flat().length).toBeGreaterThan(500);
	expect(now).toEqual(due);
	expect(await days()).toEqual([today, today, today]);
});

it('lets a month of nights pass when its clock is moved on by that', async () => {
	const began = performance.now();
	const body = { advanceSeconds: (30 * dayMs) / 1_000 };
	expect((await server.ask('POST', '/api/demo/clock', { body })).status).toBe(200);
	const seconds = ((performance.now() - began) / 1_000).toFixed(1);
	process.stdout.write(`a month of nights in three shops: ${seconds} s\n`);

	const last = addDays(today, 30);
	expect(await days()).toEqual([last, last, last]);
	const { now, due } = await shown();
	expect(now).toEqual(due);
	const ran = (await port().list(timer, { name: 'shop.age' })) as unknown as Timer[];
	expect(ran.filter((each) => each.ranAt !== null)).toHaveLength(90);
	expect(ran.filter((each) => each.ranAt === null)).toHaveLength(3);
});

it('forgets after five weeks what has left, and says so to whoever has not heard of it', async () => {
	const old = async () => {
		const [row] = await server.connection.query<{ count: number }>(
			'select count(*)::int as count from doc_scope where gone_at < $1::timestamptz',
			[addMs(server.open.world.now(), -35 * dayMs)],
		);
		return row?.count;
	};
	const before = await shown();
	const all = Object.fromEntries(scopes.map((each) => [each, 1]));
	expect((await port().pull({ cursors: all, rowsMax: 1 })).stale).toEqual([]);
	await server.ask('POST', '/api/demo/clock', { body: { advanceSeconds: (20 * dayMs) / 1_000 } });

	expect(await old()).toBeGreaterThan(50);
	await server.open.sweep();

	const { stale } = await port().pull({ cursors: all, rowsMax: 1 });
	expect(stale.length).toBeGreaterThan(3);
	const { now, due } = await shown();
	expect(now).toEqual(due);
	expect(now).not.toEqual(before.now);
	expect(await old()).toBe(0);
});
