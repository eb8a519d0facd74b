/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- `ask` has checked every answer against its route's schema. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '#server/db/connect.ts';
import type { Connection } from '#server/db/connection.ts';
import type { Heads } from '#server/db/live.ts';
import { idOf } from '#server/demo/cast.ts';
import { scopeOf } from '#sync/core/scope.ts';
import { aServer, type TestServer } from '#tests/support/app.ts';
import { aPostgresDatabase } from '#tests/support/database.ts';
import { aQuestion, aStream, type Stream } from '#tests/support/streams.ts';

let databaseUrl: string;
let here: TestServer;
let there: TestServer;
let lost: Error[];
beforeAll(async () => {
	databaseUrl = await aPostgresDatabase();
	lost = [];
	const onLost = (error: Error) => void lost.push(error);
	here = await aServer({ connection: await connect({ databaseUrl, onLost }) });
	there = await aServer({
		// A single connection: whoever held it while he waits would stop the others.
		connection: await connect({ databaseUrl, connectionsMax: 1, onLost }),
	});
});
afterAll(() => Promise.all([here.close(), there.close()]));

let plates = 0;
const addBike = async (on: TestServer, as: number): Promise<string> => {
	plates += 1;
	const registrationNumber = `KA05BB${String(plates).padStart(4, '0')}`;
	const { status, body } = await on.ask('POST', '/api/vehicles', {
		as,
		body: { registrationNumber, make: 'TVS', model: 'XL', class: 'commuter' },
	});
	expect(status).toBe(201);
	return body.vehicle.id;
};
const cardOf = (number: number) => scopeOf.customer(idOf(`customer ${number}`));

/** A stream, and the counter that a person's own card had when it began. */
async function listen(on: TestServer, as: number): Promise<{ stream: Stream; v: number }> {
	const stream = await aStream(on.open, await on.tokenOf(as));
	const { heads } = (await stream.until('heads')) as { heads: Heads };
	return { stream, v: heads[cardOf(as)]! };
}

const listeningConnections = (connection: Connection) =>
	connection.query<{ pid: number }>(
		`select pid from pg_stat_activity
		where datname = current_database() and application_name like '% neighbours'
			and query = 'listen moto_sync' or query like 'select pg_notify%'`,
	);
const untilBothListen = () =>
	vi.waitFor(
		async () => expect(await listeningConnections(here.connection)).toHaveLength(2),
		30_000,
	);

describe('two servers on one database', () => {
	it('poke each other', async () => {
		await untilBothListen();
		const { stream, v } = await listen(there, 112);
		await addBike(here, 112);
		expect(await stream.next()).toEqual({ kind: 'poke', heads: { [cardOf(112)]: v + 1 } });
		stream.hangUp();

		const back = await listen(here, 112);
		await addBike(there, 112);
		expect(await back.stream.next()).toMatchObject({ heads: { [cardOf(112)]: v + 2 } });
		back.stream.hangUp();
	});

	it('do not tell their own phones twice', async () => {
		const { stream, v } = await listen(here, 113);
		const echo = await listen(there, 113);
		for (let times = 1; times <= 3; times += 1) {
			await addBike(here, 113);
			// The other server has heard, so an echo would have come by now.
			await echo.stream.next();
			expect(await stream.next()).toEqual({ kind: 'poke', heads: { [cardOf(113)]: v + times } });
		}
		stream.hangUp();
		echo.stream.hangUp();
	});

	it('end the wait of a sync, which holds no connection meanwhile', async () => {
		const question = aQuestion();
		const { body: known } = await there.ask('POST', '/api/sync', { as: 114, body: question });
		const { install, era, cursors } = known;
		Object.assign(question, { install, era, cursors });
		const ask = () => there.ask('POST', '/api/sync?wait=25', { as: 114, body: question });
		const held = [ask(), ask(), ask()];
		const waiting = () => there.open.house.live.countOf(idOf('user 114'));
		await vi.waitFor(() => expect(waiting()).toBe(3), 30_000);
		expect((await there.ask('GET', '/api/me', { as: 114 })).status).toBe(200);
		expect(waiting()).toBe(3);

		const bike = await addBike(here, 114);
		for (const each of held) expect((await each).body.docs.vehicles).toMatchObject([{ id: bike }]);
	});

	it('hear also what is too long to be told', async () => {
		const { stream, v } = await listen(there, 115);
		await addBike(there, 115);
		await stream.next();
		const many = Array.from({ length: 200 }, (_, index) => [scopeOf.floor(idOf(`x ${index}`)), 1]);
		here.open.world.committed(Object.fromEntries(many) as Heads);
		expect(await stream.next()).toMatchObject({
			kind: 'poke',
			heads: { [cardOf(115)]: v + 1 },
		});
		stream.hangUp();
	});

	it.each(['', 'nonsense', '{"a":', '{"a":"b"}', '[]', '*'])(
		'read the counters anew when they are told "%s"',
		async (payload) => {
			const { stream, v } = await listen(there, 116);
			await here.connection.query('select pg_notify($1, $2)', ['moto_sync', payload]);
			expect(await stream.next()).toMatchObject({ kind: 'poke', heads: { [cardOf(116)]: v } });
			stream.hangUp();
		},
	);

	it('find each other again when the line was cut, and what was said meanwhile', async () => {
		const { stream, v } = await listen(there, 117);
		const lines = await listeningConnections(here.connection);
		expect(lines).toHaveLength(2);
		await here.connection.query(
			'select pg_terminate_backend(pid) from unnest($1::int[]) as lines (pid)',
			[lines.map((each) => each.pid)],
		);
		await addBike(here, 117);
		// Whichever came first, the line or the bike: nobody is left behind.
		for (let heard = v; heard < v + 1;) {
			const { heads } = (await stream.until('poke')) as { heads: Heads };
			heard = heads[cardOf(117)] ?? heard;
		}
		await untilBothListen();
		expect(lost).toMatchObject([{ code: '57P01' }, { code: '57P01' }]);
		const { stream: again } = await listen(here, 117);
		await addBike(there, 117);
		expect(await again.next()).toMatchObject({ heads: { [cardOf(117)]: v + 2 } });
		for (const each of [stream, again]) each.hangUp();
	});

	it('tell what is left to tell before they go', async () => {
		const leaving = await aServer({ connection: await connect({ databaseUrl }) });
		await vi.waitFor(
			async () => expect(await listeningConnections(here.connection)).toHaveLength(3),
			30_000,
		);
		const { stream, v } = await listen(there, 118);
		await addBike(leaving, 118);
		await leaving.close();
		expect(await stream.next()).toMatchObject({ heads: { [cardOf(118)]: v + 1 } });
		stream.hangUp();
	});
});
