import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { scopeOf } from '#sync/core/scope.ts';
import { shop } from '#sync/shop/entity.ts';
import { ConstraintViolation, type Touch } from '#server/db/port.ts';
import { aClaim, anOutcome } from '#tests/support/mutations.ts';
import { aPort, installOfTests, inserted, ports, type TestPort } from '#tests/support/ports.ts';
import { aShop, earlier, idOf, ids } from '#tests/support/sample-garage.ts';

const floor = scopeOf.floor(ids.shop);
const office = scopeOf.office(ids.shop);
const toRavi = scopeOf.worker(ids.ravi);
const touched = (scope: Touch['scope'], id: string = ids.job): Touch => ({
	scope,
	collection: 'jobs',
	id,
	gone: null,
});

describe.each(ports)('the log on %s', (kind) => {
	let test: TestPort;
	beforeAll(async () => {
		test = await aPort(kind);
	});
	beforeEach(() => test.empty());
	afterAll(() => test.close());

	const settle = (touches: readonly Touch[], over: Parameters<typeof anOutcome>[0] = {}) =>
		test.port.transaction(async (tx) => {
			await tx.claim([aClaim({ id: over.id ?? aClaim().id, seq: null, deviceId: null })]);
			return tx.stamp(touches, [anOutcome(over)], earlier);
		});

	it('takes a mutation id once and says which were free', async () => {
		const first = await test.port.transaction(async (tx) => {
			const free = await tx.claim([aClaim()]);
			await tx.stamp([], [anOutcome()], earlier);
			return free;
		});
		const second = await test.port.transaction(async (tx) => {
			const free = await tx.claim([
				aClaim({ seq: 7, requestHash: 'other' }),
				aClaim({ id: idOf(201), seq: 2 }),
			]);
			await tx.stamp([], [anOutcome({ id: idOf(201) })], earlier);
			return free;
		});

		expect([...first]).toEqual([idOf(200)]);
		expect([...second]).toEqual([idOf(201)]);
		expect(await test.port.entries([idOf(200)])).toMatchObject([{ seq: 1 }]);
	});

	it('gives an id back when the transaction that took it fails', async () => {
		const failing = test.port.transaction(async (tx) => {
			await tx.claim([aClaim()]);
			throw new Error('an outage');
		});
		await expect(failing).rejects.toThrow('an outage');

		expect(await test.port.entries([idOf(200)])).toEqual([]);
		expect([...(await test.port.transaction((tx) => tx.claim([aClaim()])))]).toEqual([idOf(200)]);
	});

	it('takes one number of one device once', async () => {
		await test.port.transaction(async (tx) => {
			await tx.claim([aClaim()]);
			await tx.stamp([], [anOutcome()], earlier);
		});

		const again = test.port.transaction((tx) => tx.claim([aClaim({ id: idOf(201) })]));

		await expect(again).rejects.toThrow(new ConstraintViolation('mutation_device_id_seq_key'));
	});

	it('tells what is parked as it came in, page by page, and nothing else', async () => {
		const at = (minute: number) => `2026-11-23T04:3${minute}:00.000Z`;
		const came = [
			{ id: idOf(209), seq: 1, receivedAt: at(1) },
			{ id: idOf(201), seq: 3, receivedAt: at(2) },
			{ id: idOf(208), seq: 2, receivedAt: at(2) },
			{ id: idOf(202), seq: null, deviceId: null, receivedAt: at(2) },
			{ id: idOf(203), seq: 4, receivedAt: at(0) },
		];
		await test.port.transaction(async (tx) => {
			await tx.claim(came.map((each) => aClaim(each)));
			const ends = came.map(({ id }) => anOutcome({ id, status: 'parked' }));
			await tx.stamp([], [...ends.slice(0, 4), anOutcome({ id: idOf(203) })], at(3));
		});

		const first = await test.port.parked(null, 3);
		const rest = await test.port.parked(first.at(-1) ?? null, 3);

		const ids = [...first, ...rest].map((each) => each.id);
		expect(ids).toEqual([idOf(209), idOf(202), idOf(208), idOf(201)]);
		expect(rest).toHaveLength(1);
		expect(await test.port.parked(rest[0] ?? null, 3)).toEqual([]);
	});

	it('keeps everything that was claimed and how it ended', async () => {
		const claims = [
			aClaim(),
			aClaim({ id: idOf(201), userId: null, deviceId: null, seq: null, args: null }),
		];
		const answer = { alternatives: ['2026-11-23T05:00:00.000Z'], nested: { n: 1.5, none: null } };

		await test.port.transaction(async (tx) => {
			await tx.claim(claims);
			await tx.stamp(
				[touched(floor), touched(toRavi)],
				[
					anOutcome({ status: 'refused', refusal: 'slot_taken', answer }),
					anOutcome({ id: idOf(201), scopes: [floor] }),
				],
				earlier,
			);
		});

		const entries = await test.port.entries([idOf(200), idOf(201), idOf(202)]);
		expect(entries.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([
			{ ...claims[0], status: 'refused', refusal: 'slot_taken', answer, effects: {} },
			{ ...claims[1], status: 'applied', refusal: null, answer: null, effects: { [floor]: 1 } },
		]);
	});

	it('raises the counter of each touched scope once a transaction, and of no other', async () => {
		expect(await settle([touched(floor), touched(floor, idOf(71)), touched(office)])).toEqual({
			[floor]: 1,
			[office]: 1,
		});
		expect(await settle([touched(floor)], { id: idOf(201) })).toEqual({ [floor]: 2 });

		expect(await test.port.heads([floor, office, toRavi])).toEqual({
			[floor]: 2,
			[office]: 1,
			[toRavi]: 0,
		});
		expect(await test.port.heads([])).toEqual({});
	});

	it('stores as effects the new counters of the scopes that each mutation moved', async () => {
		await settle([touched(floor)]);
		await test.port.transaction(async (tx) => {
			await tx.claim([aClaim({ id: idOf(201) }), aClaim({ id: idOf(202), seq: 2 })]);
			await tx.stamp(
				[touched(floor), touched(toRavi)],
				[
					anOutcome({ id: idOf(201), scopes: [floor, toRavi] }),
					anOutcome({ id: idOf(202), scopes: [floor] }),
				],
				earlier,
			);
		});

		const [first] = await test.port.entries([idOf(201)]);
		const [second] = await test.port.entries([idOf(202)]);
		expect(first?.effects).toEqual({ [floor]: 2, [toRavi]: 1 });
		expect(second?.effects).toEqual({ [floor]: 2 });
	});

	it('does not move a counter when the transaction fails after the stamp', async () => {
		const failing = test.port.transaction(async (tx) => {
			await tx.stamp([touched(floor)], [], earlier);
			throw new Error('an outage');
		});

		await expect(failing).rejects.toThrow('an outage');
		expect(await test.port.heads([floor])).toEqual({ [floor]: 0 });
	});

	it('knows which data set it belongs to', async () => {
		expect(await test.port.installation()).toEqual({ install: installOfTests, era: 1 });
	});

	if (kind === 'memory') return;

	it('is closed by the stamp: nothing follows it, because everybody else is waiting', async () => {
		const late = test.port.transaction(async (tx) => {
			await tx.stamp([touched(floor)], [], earlier);
			await tx.flush([inserted(shop, aShop())]);
		});

		await expect(late).rejects.toThrow('nothing follows the stamp');
		expect(await test.port.heads([floor])).toEqual({ [floor]: 0 });
	});
});
