import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { booking, bookingLine } from '#sync/booking/entity.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import { scopeOf, type GoneReason, type Scope } from '#sync/core/scope.ts';
import { job } from '#sync/job/entity.ts';
import type { Sql } from '#server/db/connection.ts';
import type { PullPage, Touch } from '#server/db/port.ts';
import { pullPage } from '#server/db/sql-pull.ts';
import { aPort, inserted, ports, type TestPort } from '#tests/support/ports.ts';
import { earlier, idOf, ids } from '#tests/support/sample-garage.ts';
import { sampleOf, stored } from '#tests/support/sample.ts';

const floor = scopeOf.floor(ids.shop);
const toRavi = scopeOf.worker(ids.ravi);
const toAsha = scopeOf.customer(ids.customer);

const touched = (
	scope: Scope,
	collection: CollectionName,
	id: string,
	gone: GoneReason | null = null,
): Touch => ({ scope, collection, id, gone });

describe.each(ports)('a pull on %s', (kind) => {
	let test: TestPort;
	beforeAll(async () => {
		test = await aPort(kind);
	});
	beforeEach(() => test.empty());
	afterAll(() => test.close());

	const stamp = (...touches: readonly Touch[]) =>
		test.port.transaction((tx) => tx.stamp(touches, [], earlier));
	const pull = (cursors: Record<Scope, number>, rowsMax = 1_000) =>
		test.port.pull({ cursors, rowsMax });
	/** Job `n` in the floor's scope, alone in its transaction. */
	const stampJob = (n: number) => stamp(touched(floor, 'jobs', idOf(1_000 + n)));

	it('brings nothing to somebody who follows nothing, or who has seen all', async () => {
		await stampJob(1);

		expect(await pull({})).toMatchObject({ changes: [], cursors: {}, more: false });
		expect(await pull({ [floor]: 1 })).toMatchObject({
			changes: [],
			cursors: { [floor]: 1 },
			more: false,
		});
		expect(await pull({ [toRavi]: 0 })).toMatchObject({ changes: [], cursors: { [toRavi]: 0 } });
	});

	it('of ids alone brings what changed as ever, and no rows', async () => {
		await test.addUsers([ids.user]);
		await test.write(...stored.map((each) => inserted(each, sampleOf(each))));
		await stamp(touched(floor, 'shops', ids.shop), touched(floor, 'jobs', ids.job));
		await stamp(touched(floor, 'jobs', idOf(1_001), 'moved'));

		const whole = await pull({ [floor]: 0 });
		const page = await test.port.pull({ cursors: { [floor]: 0 }, rowsMax: 1_000, idsOnly: true });

		expect(whole.rows['shop']).toHaveLength(1);
		expect(page).toEqual({ ...whole, rows: {} });
	});

	it('brings the whole of each live document, as a read would', async () => {
		await test.addUsers([ids.user]);
		await test.write(...stored.map((each) => inserted(each, sampleOf(each))));
		await stamp(
			touched(floor, 'shops', ids.shop),
			touched(floor, 'jobs', ids.job),
			touched(floor, 'bookings', ids.booking),
			touched(toAsha, 'people', ids.customer),
			touched(toAsha, 'vehicles', ids.vehicle),
			touched(toAsha, 'notices', idOf(100)),
		);

		const { rows, changes } = await pull({ [floor]: 0, [toAsha]: 0 });

		expect(changes).toHaveLength(6);
		for (const entity of stored.filter((each) => each.home !== null))
			expect(rows[entity.name], entity.name).toEqual([sampleOf(entity)]);
		for (const entity of stored.filter((each) => each.home === null))
			expect(rows[entity.name] ?? [], entity.name).toEqual([]);
	});

	it('brings no row of a document that changed for others only, or that is gone', async () => {
		await test.addUsers([ids.user]);
		await test.write(...stored.map((each) => inserted(each, sampleOf(each))));
		await stamp(touched(floor, 'shops', ids.shop), touched(toRavi, 'jobs', ids.job, 'reassigned'));

		const { rows, changes } = await pull({ [toRavi]: 0 });

		expect(changes).toEqual([{ collection: 'jobs', id: ids.job, live: [], gone: 'reassigned' }]);
		expect(Object.values(rows).flat()).toEqual([]);
	});

	it('calls a document live that has left one scope but is still in another that is followed', async () => {
		await stamp(touched(toRavi, 'jobs', ids.job), touched(floor, 'jobs', ids.job));
		const seen = await pull({ [toRavi]: 0, [floor]: 0 });
		await stamp(touched(toRavi, 'jobs', ids.job, 'reassigned'));

		const byBoth = await pull(seen.cursors);
		const byRavi = await pull({ [toRavi]: 1 });

		expect(changeOf(seen, ids.job).live.toSorted()).toEqual([floor, toRavi].toSorted());
		expect(changeOf(byBoth, ids.job)).toMatchObject({ live: [floor] });
		expect(changeOf(byRavi, ids.job)).toMatchObject({ live: [], gone: 'reassigned' });
	});

	it('tells once that a document changed, however often it did and in however many scopes', async () => {
		await stamp(touched(floor, 'jobs', ids.job), touched(toRavi, 'jobs', ids.job));
		await stamp(touched(floor, 'jobs', ids.job));

		const { changes, cursors } = await pull({ [floor]: 0, [toRavi]: 0 });

		expect(changes).toHaveLength(1);
		expect(cursors).toEqual({ [floor]: 2, [toRavi]: 1 });
	});

	it('reads to the end of every scope in pages, without leaving anything out', async () => {
		for (let n = 1; n <= 7; n += 1) await stampJob(n);
		for (let n = 1; n <= 5; n += 1) await stamp(touched(toAsha, 'vehicles', idOf(2_000 + n)));

		const seen = new Set<string>();
		let cursors: Readonly<Record<Scope, number>> = { [floor]: 0, [toAsha]: 0, [toRavi]: 0 };
		let pages = 0;
		for (let more = true; more; pages += 1) {
			const page: PullPage = await pull({ ...cursors }, 3);
			expect(page.changes.length).toBeGreaterThan(0);
			for (const { id } of page.changes) seen.add(id);
			cursors = page.cursors;
			more = page.more;
		}

		expect(seen.size).toBe(12);
		expect(pages).toBeGreaterThanOrEqual(4);
		expect(cursors).toEqual({ [floor]: 7, [toAsha]: 5, [toRavi]: 0 });
	});

	it('never ends a page inside what one transaction did', async () => {
		const together = (first: number) =>
			stamp(...[0, 1, 2, 3].map((n) => touched(floor, 'jobs', idOf(first + n))));
		await together(1_000);
		await together(2_000);

		const first = await pull({ [floor]: 0 }, 3);
		const second = await pull(first.cursors, 3);

		expect(first).toMatchObject({ cursors: { [floor]: 1 }, more: true });
		expect(first.changes).toHaveLength(4);
		expect(second).toMatchObject({ cursors: { [floor]: 2 }, more: false });
		expect(second.changes).toHaveLength(4);
	});

	it('shows at a later page what changed after the first one was read', async () => {
		for (let n = 1; n <= 4; n += 1) await stampJob(n);
		const first = await pull({ [floor]: 0 }, 2);

		await stampJob(1);
		const rest = await pull(first.cursors);

		expect(rest.changes.map(({ id }) => id)).toContain(idOf(1_001));
		expect(rest).toMatchObject({ cursors: { [floor]: 5 }, more: false });
	});

	it('never lowers a cursor, not even one from the future', async () => {
		await stampJob(1);

		expect((await pull({ [floor]: 9 })).cursors[floor]).toBeGreaterThanOrEqual(1);
		expect(await pull({ [floor]: 9 })).toMatchObject({ changes: [], more: false });
	});

	if (kind === 'memory') return;

	it('brings whole what came in while it looked where there is news', async () => {
		await test.addUsers([ids.user]);
		await test.write(...stored.map((each) => inserted(each, sampleOf(each))));
		await stamp(touched(floor, 'jobs', ids.job));

		let statements = 0;
		const overtaken: Sql = {
			async query(text, params) {
				statements += 1;
				const rows = await test.connection!.query<never>(text, params);
				if (statements === 1) await stamp(touched(floor, 'bookings', ids.booking));
				return rows;
			},
		};
		const page = await pullPage(overtaken, { cursors: { [floor]: 0 }, rowsMax: 10 });

		expect(page).toMatchObject({ cursors: { [floor]: 2 }, more: false });
		expect(page.rows['job']).toEqual([sampleOf(job)]);
		expect(page.rows['booking']).toEqual([sampleOf(booking)]);
		expect(page.rows['booking_line']).toEqual([sampleOf(bookingLine)]);
	});
});

function changeOf(page: PullPage, id: string): PullPage['changes'][number] {
	const [change] = page.changes.filter((each) => each.id === id);
	if (change === undefined) throw new Error(`${id} did not change`);
	return change;
}
