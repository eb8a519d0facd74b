import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CollectionName } from '#sync/core/entity.ts';
import { scopeOf, type GoneReason, type Scope } from '#sync/core/scope.ts';
import { addMs, dayMs, type Instant } from '#sync/core/time.ts';
import { notice } from '#sync/notice/entity.ts';
import { bytesOf } from '#server/db/page-bytes.ts';
import type { PullPage } from '#server/db/port.ts';
import { aPort, inserted, ports, type TestPort } from '#tests/support/ports.ts';
import { earlier, idOf, ids } from '#tests/support/sample-garage.ts';
import { sampleOf, stored } from '#tests/support/sample.ts';

const floor = scopeOf.floor(ids.shop);
const office = scopeOf.office(ids.shop);
const later = addMs(earlier, dayMs);

describe.each(ports)('what has left a scope, on %s,', (kind) => {
	let test: TestPort;
	beforeAll(async () => {
		test = await aPort(kind);
	});
	beforeEach(() => test.empty());
	afterAll(() => test.close());

	const stamp = (
		scope: Scope,
		n: number,
		gone: GoneReason | null = null,
		at: Instant = earlier,
		collection: CollectionName = 'jobs',
	) => test.port.transaction((tx) => tx.stamp([{ scope, collection, id: idOf(n), gone }], [], at));
	const pull = (cursors: Record<Scope, number>) => test.port.pull({ cursors, rowsMax: 100 });
	const told = ({ changes }: PullPage) => changes.map((each) => [each.id, each.gone]);

	it('is forgotten when it is long ago, and only then', async () => {
		await stamp(floor, 1);
		await stamp(floor, 1, 'aged', earlier);
		await stamp(floor, 2, 'moved', later);
		await stamp(floor, 3);

		expect(await test.port.sweepGone(earlier)).toBe(0);
		expect(await test.port.sweepGone(addMs(earlier, 1))).toBe(1);

		expect(told(await pull({ [floor]: 0 }))).toEqual([
			[idOf(2), 'moved'],
			[idOf(3), null],
		]);
		expect(await test.port.sweepGone(addMs(earlier, 1))).toBe(0);
	});

	it('is not forgotten when it came back', async () => {
		await stamp(floor, 1, 'aged', earlier);
		await stamp(floor, 1, null, later);

		expect(await test.port.sweepGone(addMs(later, dayMs))).toBe(0);
		expect((await pull({ [floor]: 0 })).changes).toMatchObject([{ live: [floor] }]);

		await stamp(floor, 1, 'moved', later);
		expect(await test.port.sweepGone(addMs(earlier, 1))).toBe(0);
	});

	it('makes every cursor stale that never heard of it, and no other', async () => {
		for (let n = 1; n <= 4; n += 1) await stamp(floor, n);
		await stamp(office, 1);
		await stamp(floor, 2, 'aged', earlier);
		await stamp(floor, 3, 'aged', earlier);
		await stamp(floor, 4, 'aged', later);
		const staleAt = async (cursor: number) => (await pull({ [floor]: cursor, [office]: 1 })).stale;
		for (let cursor = 0; cursor <= 7; cursor += 1) expect(await staleAt(cursor)).toEqual([]);

		await test.port.sweepGone(later);

		for (const cursor of [1, 2, 3, 4, 5])
			expect(await staleAt(cursor), `${cursor}`).toEqual([floor]);
		for (const cursor of [0, 6, 7]) expect(await staleAt(cursor), `${cursor}`).toEqual([]);
	});

	it('raises a floor and never lowers it', async () => {
		await stamp(floor, 1, 'aged', later);
		await stamp(floor, 2, 'aged', earlier);
		await stamp(floor, 3, 'aged', addMs(later, dayMs));
		await test.port.sweepGone(later);
		expect((await pull({ [floor]: 1 })).stale).toEqual([floor]);

		await test.port.sweepGone(addMs(later, 1));

		expect((await pull({ [floor]: 1 })).stale).toEqual([floor]);
		expect((await pull({ [floor]: 2 })).stale).toEqual([]);
	});

	it('is swept from many scopes at once', async () => {
		const scopes = Array.from({ length: 250 }, (_, n) => scopeOf.customer(idOf(5_000 + n)));
		await test.port.transaction((tx) =>
			tx.stamp(
				scopes.map((scope) => ({ scope, collection: 'jobs', id: ids.job, gone: 'moved' })),
				[],
				earlier,
			),
		);

		expect(await test.port.sweepGone(later)).toBe(250);
		const cursors = Object.fromEntries(scopes.map((scope) => [scope, 0]));
		expect((await pull(cursors)).changes).toEqual([]);
	});

	it('is one thing, a cursor that the scope never reached another: both are stale', async () => {
		await stamp(floor, 1);

		expect((await pull({ [floor]: 2, [office]: 1 })).stale).toEqual([floor, office]);
		expect((await pull({ [floor]: 1, [office]: 0 })).stale).toEqual([]);
		expect((await pull({ [floor]: 2, [office]: 0 })).changes).toEqual([]);
	});
});

describe.each(ports)('news on %s', (kind) => {
	let test: TestPort;
	beforeAll(async () => {
		test = await aPort(kind);
		await test.addUsers([ids.user]);
		await test.write(
			...stored.filter((each) => each !== notice).map((each) => inserted(each, sampleOf(each))),
		);
	});
	afterAll(() => test.close());

	const asha = scopeOf.customer(ids.customer);
	const ravi = scopeOf.worker(ids.ravi);
	const to = { customerId: null, workerId: null, shopId: null };
	const aNotice = (n: number, addressee: object, at: Instant) => ({
		...sampleOf(notice),
		...to,
		...addressee,
		id: idOf(4_000 + n),
		at,
	});

	it('that is old is forgotten and gone from where it was told, some at a time', async () => {
		const old = Array.from({ length: 300 }, (_, n) =>
			aNotice(n, { customerId: ids.customer }, addMs(earlier, n)),
		);
		const others = [
			aNotice(300, { workerId: ids.ravi }, earlier),
			aNotice(301, { shopId: ids.shop }, addMs(later, -1)),
			aNotice(302, { shopId: ids.shop }, later),
		];
		await test.write(inserted(notice, ...old, ...others));
		const all = [...old.map(() => asha), ravi, office, office];
		await test.port.transaction((tx) =>
			tx.stamp(
				all.map((scope, n) => ({ scope, collection: 'notices', id: idOf(4_000 + n), gone: null })),
				[],
				earlier,
			),
		);

		const moved: Record<Scope, number>[] = [];
		for (let heads = await test.port.forgetNews(later, later); Object.keys(heads).length > 0;) {
			moved.push(heads);
			heads = await test.port.forgetNews(later, later);
		}

		expect(moved.length).toBeGreaterThan(1);
		expect(Object.assign({}, ...moved)).toEqual(await test.port.heads([asha, ravi, office]));
		expect(await test.port.list(notice, {})).toMatchObject([{ id: idOf(4_302) }]);
		const { changes, rows } = await test.port.pull({
			cursors: { [asha]: 1, [ravi]: 1, [office]: 1 },
			rowsMax: 1_000,
		});
		expect(changes).toHaveLength(302);
		expect(new Set(changes.map((each) => each.gone))).toEqual(new Set(['aged']));
		expect(rows['notice'] ?? []).toEqual([]);
		expect(await test.port.sweepGone(addMs(later, 1))).toBe(302);
	});
});

describe.each(ports)('a page on %s', (kind) => {
	const bytesMax = 20_000;
	let test: TestPort;
	beforeAll(async () => {
		test = await aPort(kind);
		await test.addUsers([ids.user]);
		await test.write(...stored.map((each) => inserted(each, sampleOf(each))));
		await test.write(inserted(notice, ...Array.from({ length: 90 }, (_, n) => aNotice(n))));
	});
	afterAll(() => test.close());

	/** From small to large, so that no guess holds for all of them. */
	const aNotice = (n: number) => ({
		...sampleOf(notice),
		id: idOf(3_000 + n),
		params: { words: 'नमस्ते '.repeat(2 * n) },
	});
	const stamp = (scope: Scope, from: number, until: number) =>
		test.port.transaction((tx) =>
			tx.stamp(
				Array.from({ length: until - from }, (_, n) => ({
					scope,
					collection: 'notices' as const,
					id: idOf(3_000 + from + n),
					gone: null,
				})),
				[],
				earlier,
			),
		);

	it('holds no more than was asked for, and all pages together hold everything', async () => {
		for (let n = 0; n < 90; n += 1) await stamp(floor, n, n + 1);
		const seen = new Set<string>();
		let cursors: Readonly<Record<Scope, number>> = { [floor]: 0 };
		let pages = 0;
		for (let more = true; more; pages += 1) {
			const page: PullPage = await test.port.pull({ cursors, rowsMax: 1_000, bytesMax });
			expect(bytesOf(page)).toBeLessThanOrEqual(bytesMax);
			for (const { id } of page.changes) seen.add(id);
			({ cursors, more } = page);
		}

		expect(seen.size).toBe(90);
		expect(pages).toBeGreaterThan(4);
		expect(pages).toBeLessThan(25);
	});

	it('holds a single group that is larger whole, and nothing else', async () => {
		await stamp(office, 0, 80);
		await stamp(office, 80, 81);

		const page = await test.port.pull({ cursors: { [office]: 0 }, rowsMax: 1_000, bytesMax });

		expect(bytesOf(page)).toBeGreaterThan(bytesMax);
		expect(page).toMatchObject({ cursors: { [office]: 1 }, more: true });
		expect(page.changes).toHaveLength(80);
	});

	it('is as long as it likes when nobody said how long', async () => {
		const page = await test.port.pull({ cursors: { [office]: 0 }, rowsMax: 1_000 });

		expect(page.changes).toHaveLength(81);
		expect(page.more).toBe(false);
	});
});
