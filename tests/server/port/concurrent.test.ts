import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scopeOf, type Scope } from '#sync/core/scope.ts';
import { shop } from '#sync/shop/entity.ts';
import { ConstraintViolation, TryAgain, type Touch } from '#server/db/port.ts';
import { aClaim, anOutcome } from '#tests/support/mutations.ts';
import { aPort, inserted, ports, updated, type TestPort } from '#tests/support/ports.ts';
import { aShop, earlier, idOf, ids } from '#tests/support/sample-garage.ts';

const floor = scopeOf.floor(ids.shop);
const touched = (scope: Scope, n: number): Touch => ({
	scope,
	collection: 'jobs',
	id: idOf(n),
	gone: null,
});

describe.each(ports)('transactions at the same time on %s', (kind) => {
	let test: TestPort;
	beforeAll(async () => {
		test = await aPort(kind);
	});
	beforeEach(() => test.empty());
	afterAll(() => test.close());

	it('get counters without a gap, and a reader that goes along misses nothing', async () => {
		const scopes = [0, 1, 2].map((n) => scopeOf.worker(idOf(500 + n)));
		const writers = 40;
		const seen = new Set<string>();
		let cursors: Readonly<Record<Scope, number>> = Object.fromEntries(scopes.map((s) => [s, 0]));
		const read = async () => {
			const page = await test.port.pull({ cursors, rowsMax: 5 });
			for (const { id } of page.changes) seen.add(id);
			cursors = page.cursors;
			return page.more;
		};

		let writing = true;
		const writes = Promise.all(
			Array.from({ length: writers }, (_, n) =>
				test.port.transaction((tx) =>
					// In both orders, so that locks taken as they come would be waited for in a ring.
					tx.stamp(
						(n % 2 ? scopes : scopes.toReversed()).map((scope) => touched(scope, 1_000 + n)),
						[],
						earlier,
					),
				),
			),
		).finally(() => {
			writing = false;
		});
		while (writing) await read();
		const heads = await writes;
		while (await read());

		for (const scope of scopes) {
			const counters = heads.map((each) => each[scope] ?? 0).sort((a, b) => a - b);
			expect(counters).toEqual(Array.from({ length: writers }, (_, n) => n + 1));
		}
		expect(seen.size).toBe(writers);
		expect(cursors).toEqual(Object.fromEntries(scopes.map((scope) => [scope, writers])));
	});

	it.each([
		['asked for without a phone', { deviceId: null, seq: null }, []],
		// With a number there are two unique rules on one row, so the door lets one in at a time.
		['sent by a phone, under its lock', {}, ['device:one']],
	])('perform one mutation once that is %s: the others hear it', async (...given) => {
		const [, over, locks] = given;
		const attempts = await Promise.all(
			Array.from({ length: 8 }, () =>
				test.port.transaction(async (tx) => {
					await tx.lock(locks);
					const free = await tx.claim([aClaim(over)]);
					if (free.size === 0) return 'repeated';
					await tx.stamp([touched(floor, 1_000)], [anOutcome({ scopes: [floor] })], earlier);
					return 'performed';
				}),
			),
		);

		expect(attempts.filter((each) => each === 'performed')).toHaveLength(1);
		expect(await test.port.entries([aClaim().id])).toMatchObject([{ effects: { [floor]: 1 } }]);
	});

	it('never wait for each other in a ring over ids that each takes in another order', async () => {
		for (let round = 1; round <= 5; round += 1) {
			const all = Array.from({ length: 40 }, (_, n) => idOf(1_000 * round + n));
			const claims = all.map((each) => aClaim({ id: each, deviceId: null, seq: null }));
			const performed: string[] = [];
			await Promise.all(
				Array.from({ length: 8 }, (_, n) =>
					test.port.transaction(async (tx) => {
						const free = await tx.claim(n % 2 ? claims : claims.toReversed());
						if (free.size === 0) return;
						const outcomes = [...free].map((id) => anOutcome({ id, scopes: [floor] }));
						await tx.stamp([touched(floor, 1_000)], outcomes, earlier);
						performed.push(...free);
					}),
				),
			);
			expect(performed.sort()).toEqual(all);
		}
	});

	it('take turns under one lock', async () => {
		await test.write(inserted(shop, aShop({ commissionBps: 0 })));

		await Promise.all(
			Array.from({ length: 10 }, () =>
				test.port.transaction(async (tx) => {
					await tx.lock(['shop/one', 'customer/two']);
					const [row] = await tx.read(shop, [ids.shop]);
					const commissionBps = Number(row?.['commissionBps']) + 1;
					await tx.flush([updated(shop, aShop({ commissionBps }))]);
				}),
			),
		);

		expect(await test.port.read(shop, [ids.shop])).toMatchObject([{ commissionBps: 10 }]);
	});

	it('let one of two that insert the same row through', async () => {
		const both = await Promise.allSettled([
			test.write(inserted(shop, aShop())),
			test.write(inserted(shop, aShop())),
		]);

		const refused = both.filter((each) => each.status === 'rejected');
		expect(refused.map(({ reason }) => reason as unknown)).toEqual([
			new ConstraintViolation('shop_pkey'),
		]);
	});

	if (kind !== 'postgres') return; // The other two run one transaction at a time.

	it('are told to try again, and one of them goes through', async () => {
		const bothHaveOne = Promise.withResolvers<void>();
		let waiting = 0;
		const crossing = (first: string, second: string) =>
			test.port.transaction(async (tx) => {
				await tx.lock([first]);
				waiting += 1;
				if (waiting === 2) bothHaveOne.resolve();
				await bothHaveOne.promise;
				await tx.lock([second]);
				return first;
			});

		const both = await Promise.allSettled([crossing('a', 'b'), crossing('b', 'a')]);

		expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
		const refused = both.find((each) => each.status === 'rejected');
		expect(refused?.reason).toBeInstanceOf(TryAgain);
	});

	it('take their locks in the order given, so that the same order never crosses', async () => {
		const keys = Array.from({ length: 20 }, (_, n) => `key/${n}`);

		const all = Array.from({ length: 8 }, () => test.port.transaction((tx) => tx.lock(keys)));

		await expect(Promise.all(all)).resolves.toHaveLength(8);
	});

	it('wait for the whole list of locks and keep it to the end', async () => {
		const order: string[] = [];
		const taken = Promise.withResolvers<void>();
		const first = test.port.transaction(async (tx) => {
			await tx.lock(['x', 'y']);
			taken.resolve();
			await tx.read(shop, [ids.shop]);
			order.push('first');
		});
		await taken.promise;
		const second = test.port.transaction(async (tx) => {
			await tx.lock(['y']);
			order.push('second');
		});

		await Promise.all([first, second]);
		expect(order).toEqual(['first', 'second']);
	});
});
