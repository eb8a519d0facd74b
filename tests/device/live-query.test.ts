import 'fake-indexeddb/auto';
import type { MangoQuery } from 'rxdb/plugins/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Doc } from '#sync/core/document.ts';
import { createLiveQuery } from '#lib/device/browser/live-query.ts';
import { deleteState, openState, type StateStore } from '#lib/device/browser/state-database.ts';
import { idOf } from '#tests/support/cast.ts';
import { aBike } from '#tests/support/device/phone.ts';

type Bike = ReturnType<typeof aBike>;
const bikeId = (n: number) => idOf(7, n);
const bike = (n: number, over: Partial<Bike> = {}) =>
	aBike({ id: bikeId(n), model: `M${n}`, odometerKm: n * 1_000, ...over });

const name = 'moto-state-v1-live-query';
let state: StateStore;
let touched: Map<string, Doc>;
const over = (...docs: Bike[]) => {
	touched = new Map(docs.map((doc) => [doc.id, doc]));
};
beforeAll(async () => {
	vi.spyOn(console, 'warn').mockReturnValue(undefined); // RxDB introduces itself once.
	state = await openState(name);
});
afterAll(async () => {
	await state.close();
	await deleteState(name);
});
beforeEach(async () => {
	touched = new Map();
	const ids = (await state.docs('vehicles')).map(({ id }) => id);
	await state.write(
		'vehicles',
		[1, 2, 3, 4, 5].map((n) => bike(n)),
		ids,
	);
	await state.write(
		'vehicles',
		[1, 2, 3, 4, 5].map((n) => bike(n)),
		[],
	);
});

const ask = (query: MangoQuery<Bike> = {}) =>
	createLiveQuery<Bike>(state.collections.vehicles, query, () => touched);
const models = async (query?: MangoQuery<Bike>) =>
	(await ask(query).rows()).map((row) => row.model);

describe('a live query', () => {
	const old = {
		selector: { odometerKm: { $gte: 3_000 } },
		sort: [{ odometerKm: 'desc' as const }],
	};

	it('is an ordinary query where nothing is pending', async () => {
		expect(await models(old)).toEqual(['M5', 'M4', 'M3']);
	});

	it('shows pending work in its place, and not where it does not belong any more', async () => {
		over(bike(1, { odometerKm: 4_500 }), bike(5, { odometerKm: 10 }), bike(3, { model: 'new' }));
		expect(await models(old)).toEqual(['M1', 'M4', 'new']);
	});

	it('shows what exists only here, and only where it matches', async () => {
		over(bike(9), bike(0));
		expect(await models(old)).toEqual(['M9', 'M5', 'M4', 'M3']);
	});

	it('judges by every operator as RxDB does', async () => {
		over(
			bike(8, { model: 'Dio', retiredAt: null }),
			bike(2, { retiredAt: '2026-01-01T00:00:00.000Z' }),
		);
		const selector = {
			$and: [
				{ retiredAt: { $eq: null } },
				{ $or: [{ model: 'Dio' }, { odometerKm: { $lt: 3_000 } }] },
			],
		};
		expect(await models({ selector, sort: [{ model: 'asc' }] })).toEqual(['Dio', 'M1']);
	});

	it('counts its limit and its first rows after pending work was put in', async () => {
		over(bike(5, { odometerKm: 10 }));
		expect(await models({ ...old, limit: 2 })).toEqual(['M4', 'M3']);
		expect(await models({ ...old, skip: 1, limit: 2 })).toEqual(['M3']);
		over(bike(9));
		expect(await models({ ...old, limit: 2 })).toEqual(['M9', 'M5']);
	});

	it('gives the same object for a document that did not change', async () => {
		const query = ask();
		const [before] = await query.rows();
		await state.write('vehicles', [bike(5, { model: 'new' })], []);
		const [after] = await query.rows();
		expect(after).toBe(before);
	});

	it('tells when the confirmed documents change, and is right as soon as it is asked', async () => {
		const query = ask(old);
		const changed = vi.fn();
		const stop = query.watch(changed);
		await vi.waitFor(() => expect(changed).toHaveBeenCalled());
		changed.mockClear();

		await state.write('vehicles', [bike(4, { model: 'new' })], [bikeId(5)]);

		expect((await query.rows()).map((row) => row.model)).toEqual(['new', 'M3']);
		await vi.waitFor(() => expect(changed).toHaveBeenCalled());
		stop();
	});
});
