/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- `ask` has checked every answer against its route's schema. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '#sync/core/entity.ts';
import { breachesOf } from '#sync/core/law.ts';
import { rowLaws } from '#sync/laws.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { linesSql, visitsSql } from '#server/db/sql-patrol.ts';
import { shopId } from '#server/demo/cast.ts';
import { bikeOf } from '#server/demo/people.ts';
import { allRows } from '#server/laws/known-rows.ts';
import { aServer, townBegins, type TestServer } from '#tests/support/app.ts';
import { anEmptyDatabase, databases } from '#tests/support/database.ts';
import { aMutation } from '#tests/support/door.ts';

describe.each(databases)('the patrol on %s', (database) => {
	let server: TestServer;
	let counted = 0;
	beforeAll(async () => {
		server = await aServer({ connection: await anEmptyDatabase(database) });
	});
	beforeEach(() => {
		counted = server.open.house.violations();
	});
	afterAll(() => server.close());

	const found = () => server.open.house.violations() - counted;
	const sql = (text: string, params: readonly unknown[] = []) =>
		server.connection.query<Record<string, unknown>>(text, params);
	const namedInLog = (law: string) => server.logged().includes(`"law":"${law}"`);

	it('finds nothing in the seeded town, of which every row keeps every law', async () => {
		const { port } = server.open.world;
		const entities = new Set(rowLaws.flatMap((each) => each.about));
		const tables = new Map<string, Map<string, Row>>();
		for (const entity of entities) {
			const rows = await port.list(entity, {});
			tables.set(entity.name, new Map(rows.map((row) => [row.id, row])));
		}
		for (let times = 0; times < 3; times += 1) await server.open.patrol();

		expect(tables.get('booking')?.size).toBeGreaterThan(100);
		expect(breachesOf(rowLaws, allRows(tables))).toEqual([]);
		expect(found()).toBe(0);
	});

	it('and the eyes on each commit find nothing in what people do there, nor does readiness fail', async () => {
		const [service] = (await server.ask('GET', `/api/shops/${shopId(1)}`)).body.services;
		const slots = `/api/shops/${shopId(1)}/slots?date=2026-11-24&services=${service.id}`;
		const [slot] = (await server.ask('GET', slots)).body.slots;
		const wish = { shopId: shopId(1), vehicleId: bikeOf(122), serviceIds: [service.id] };
		const body = { ...wish, start: slot.start };
		const held = await server.ask('POST', '/api/bookings/create', { as: 122, body });
		const confirm = `/api/bookings/${held.body.booking.id}/confirm`;
		expect((await server.ask('PUT', confirm, { as: 122, body: {} })).status).toBe(200);
		await server.ask('POST', '/api/demo/clock', { body: { advanceSeconds: 3 * 86_400 } });
		await server.open.patrol();

		expect(found()).toBe(0);
		const ready = await server.ask('GET', '/api/health/ready');
		expect(ready).toMatchObject({ status: 200, body: { status: 'ok', violations: counted } });
	});

	it('finds a job that somebody has put under another number by hand, once', async () => {
		await server.ask('POST', '/api/demo/reset', { body: {} });
		counted = server.open.house.violations();
		const [changed] = await sql(
			`update job set epoch = epoch + 1 where job_id = (
				select job_id from assignment where state in ('planned', 'accepted', 'working')
					and start_at between $1::timestamptz and $1::timestamptz + interval '1 day'
				order by assignment_id limit 1
			) returning job_id`,
			[townBegins],
		);
		expect(changed).toBeDefined();
		for (let times = 0; times < 3; times += 1) await server.open.patrol();

		expect(found()).toBe(1);
		expect(namedInLog('job_knows_whose_it_is')).toBe(true);
		expect(server.logged()).toContain(String(changed?.['job_id']));
		const ready = await server.ask('GET', '/api/health/ready');
		expect(ready).toMatchObject({ status: 200, body: { violations: counted + 1 } });
	});

	it('finds a line of a device that is lost from the log', async () => {
		const device = { id: randomUUID(), browserId: randomUUID() };
		const now = server.open.world.now();
		const mutations = [1, 2].map((seq) => {
			const text = JSON.stringify({ ...aMutation('no.suchThing', {}, now), id: randomUUID() });
			return { seq, text };
		});
		const body = {
			...{ install: null, era: null, schema: schemaVersion, build: 'test', device },
			...{ pending: 2, cursors: {}, mutations, asking: [], seen: [] },
		};
		const { status } = await server.ask('POST', '/api/sync', { as: 123, body });
		await server.open.patrol();
		expect([status, found()]).toEqual([200, 0]);

		await sql('delete from mutation where device_id = $1 and seq = 1', [device.id]);
		await server.open.patrol();

		expect(found()).toBe(1);
		expect(namedInLog('device_without_gap')).toBe(true);
	});

	it('finds a counter that was set back', async () => {
		await server.open.patrol();
		const bike = { registrationNumber: 'KA05QQ7777', make: 'TVS', model: 'Raider', class: 'sport' };
		expect((await server.ask('POST', '/api/vehicles', { as: 124, body: bike })).status).toBe(201);
		await sql('update scope_head set v = v - 1 where scope = any($1)', [
			(await sql(`select scope from doc_scope where coll = 'vehicles' order by v desc`)).map(
				(each) => each['scope'],
			),
		]);
		await server.open.patrol();

		expect(found()).toBe(1);
		expect(namedInLog('counter_never_falls')).toBe(true);
	});

	it('reads with the help of indexes, however much there is', async () => {
		const planOf = async (text: string, params: readonly unknown[]) => {
			const rows = await server.connection.transaction(async (tx) => {
				// A small town is read whole sooner than by an index; a big one is not.
				await tx.exec('set local enable_seqscan = off');
				return tx.query<Record<string, string>>(`explain ${text}`, params);
			});
			return rows.map((each) => each['QUERY PLAN']).join('\n');
		};
		const visits = await planOf(visitsSql, [
			townBegins,
			'2026-11-25T00:00:00.000Z',
			null,
			null,
			200,
			4_000,
		]);
		const devices = await planOf(linesSql, [null, 50, 100, townBegins]);

		for (const table of ['booking', 'job', 'assignment', 'job_offer', 'worker_time'])
			expect(visits).not.toMatch(new RegExp(`Seq Scan on "?${table}\\b`));
		for (const table of ['mutation', 'device'])
			expect(devices).not.toMatch(new RegExp(`Seq Scan on "?${table}\\b`));
		expect(visits).toContain('booking_start_at_idx');
		expect(devices).toContain('mutation_device_id_seq_key');
	});
});
