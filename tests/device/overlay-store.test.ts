import { describe, expect, it } from 'vitest';
import type { Doc, DocKey } from '#sync/core/document.ts';
import { job } from '#sync/job/entity.ts';
import { notice } from '#sync/notice/entity.ts';
import { observation } from '#sync/observation/entity.ts';
import { vehicle, type Vehicle } from '#sync/vehicle/entity.ts';
import { workerTime, type WorkerTime } from '#sync/worker/entity.ts';
import { createOverlay } from '#lib/device/sync/overlay.ts';
import { createOverlayStore } from '#lib/device/sync/overlay-store.ts';
import type { OutboxRow } from '#lib/device/sync/store.ts';
import { aJob } from '#tests/support/builders.ts';
import { asha, ashasBike, id, monday } from '#tests/support/cast.ts';
import { after } from '#tests/support/device/fakes.ts';
import { mutatorNamed } from '#tests/support/device/mutators.ts';
import { aBike } from '#tests/support/device/phone.ts';

const jobId = id('hours', 1);
const clock = (n: number, over: Partial<WorkerTime> = {}): WorkerTime => ({
	...{ id: id('grant', n), workerId: id('worker', 1), jobId, kind: 'job' },
	...{ startedAt: monday, endedAt: null },
	...over,
});
const aJobDoc = (clocks: readonly WorkerTime[]): Doc => ({
	...{ ...aJob({ id: jobId }), assignments: [], offers: [], clocks },
});

/** Documents by collection, as a phone has them. */
const viewOf = (documents: Readonly<Record<string, readonly Doc[]>>) => ({
	doc: async ({ collection, id }: DocKey) =>
		documents[collection]?.find((each) => each.id === id) ?? null,
	docs: async (collection: string) => documents[collection] ?? [],
});
const garage = () =>
	createOverlayStore(
		viewOf({ vehicles: [aBike()], jobs: [aJobDoc([clock(2), clock(1, { endedAt: monday })])] }),
	);

describe('the store of a mutator on a phone', () => {
	it('finds rows inside documents, with or without knowing which', async () => {
		const { store, reads } = garage();

		expect(await store.get(workerTime, id('grant', 2))).toEqual(clock(2));
		expect(await store.list(workerTime, { jobId })).toHaveLength(2);
		expect(await store.list(workerTime, { jobId, endedAt: null })).toEqual([clock(2)]);
		expect([...reads.gets.keys()]).toEqual([`jobs/${jobId}`]);
		expect(reads.searches).toEqual([]);

		expect(await store.list(workerTime, { workerId: id('worker', 1) })).toHaveLength(2);
		expect(reads.searches).toMatchObject([{ collection: 'jobs', found: new Set([jobId]) }]);
	});

	it('knows what it would have found when it looked for a row in vain', async () => {
		const { store, reads } = garage();

		expect(await store.find(workerTime, id('grant', 9))).toBeNull();
		await expect(store.get(vehicle, id('vehicle', 9))).rejects.toThrow('not_found');

		const [search] = reads.searches;
		expect(search).toMatchObject({ collection: 'jobs', found: new Set() });
		expect(search?.finds(aJobDoc([clock(2)]))).toBe(false);
		expect(search?.finds(aJobDoc([clock(9)]))).toBe(true);
		expect([...reads.gets.keys()]).toEqual([`vehicles/${id('vehicle', 9)}`]);
	});

	it('knows what else it would have listed', async () => {
		const { store, reads } = garage();

		await store.list(vehicle, { model: ['Activa', 'Dio'], retiredAt: null });

		const [search] = reads.searches;
		expect(search?.found).toEqual(new Set([ashasBike]));
		expect(search?.finds(aBike({ model: 'Dio' }))).toBe(true);
		expect(search?.finds(aBike({ model: 'Jupiter' }))).toBe(false);
		expect(search?.finds(aBike({ model: 'Dio', retiredAt: monday }))).toBe(false);
	});

	it('lists by one of several values, ordered by id, its own writes included', async () => {
		const { store } = garage();
		store.insert(workerTime, clock(3, { kind: 'waiting' }));
		store.insert(workerTime, clock(0, { kind: 'shift' }));

		const found = await store.list(workerTime, { jobId, kind: ['waiting', 'shift'] });

		expect(found.map((each) => each.id)).toEqual([id('grant', 0), id('grant', 3)]);
		expect(await store.find(workerTime, id('grant', 3))).toMatchObject({ kind: 'waiting' });
	});

	it('lists what overlaps a time, half open', async () => {
		const rows = [1, 2, 3].map((n) => ({
			...{ id: id('grant', n), jobId, state: 'planned' },
			...{ startAt: after(n * 1_000), endAt: after(n * 1_000 + 1_000) },
		}));
		const { store } = createOverlayStore(viewOf({ jobs: [{ id: jobId, assignments: rows }] }));
		const { assignment } = await import('#sync/job/entity.ts');

		const found = await store.list(assignment, {}, { from: after(2_000), until: after(3_000) });

		expect(found.map((each) => each.id)).toEqual([id('grant', 2)]);
	});

	it('lays an update over the row that is there: fields it was not shown stay', async () => {
		const { store, writes } = garage();
		const { customerId, ...shown } = await store
			.get(vehicle, ashasBike)
			.then((row) => row as Vehicle);

		store.update(vehicle, { ...shown, model: 'Dio' });

		const { kind, ...open } = await store.get(workerTime, id('grant', 2));
		store.update(workerTime, { ...open, endedAt: after(1) } as WorkerTime);

		const made = await writes();
		expect(made.get(`vehicles/${ashasBike}`)?.doc).toEqual({
			...{ ...aBike(), model: 'Dio', customerId },
		});
		expect(made.get(`jobs/${jobId}`)?.doc['clocks']).toContainEqual(
			clock(2, { kind, endedAt: after(1) }),
		);
	});

	it('makes of several writes one document, and nothing of none', async () => {
		const { store, writes } = garage();
		const row = await store.get(job, jobId);
		const [open] = await store.list(workerTime, { jobId, endedAt: null });
		store.update(job, row);
		expect((await writes()).size).toBe(0);

		store.update(job, { ...row, status: 'completed' });
		store.update(workerTime, { ...open!, endedAt: after(5) });
		store.insert(workerTime, clock(0));

		const made = await writes();
		expect([...made.keys()]).toEqual([`jobs/${jobId}`]);
		expect(made.get(`jobs/${jobId}`)?.doc).toMatchObject({
			status: 'completed',
			clocks: [{ id: id('grant', 0) }, { endedAt: monday }, { endedAt: after(5) }],
		});
	});

	it('refuses an id that is taken, read before or not', async () => {
		const unread = garage();
		unread.store.insert(vehicle, aBike());
		await expect(unread.writes()).rejects.toThrow('id_taken');

		const inside = garage();
		inside.store.insert(workerTime, clock(1));
		await expect(inside.writes()).rejects.toThrow('id_taken');

		const read = garage();
		await read.store.get(vehicle, ashasBike);
		expect(() => read.store.insert(vehicle, aBike())).toThrow('id_taken');
	});

	it('lets nothing be changed that was not read: that is a bug', () => {
		expect(() => garage().store.update(vehicle, aBike())).toThrow('impossible');
	});

	it('can put a row into no document that this phone has not', async () => {
		const { store, writes } = garage();
		store.insert(workerTime, clock(1, { jobId: id('hours', 9) }));
		await expect(writes()).rejects.toThrow('not_found');
	});

	it('gives a new document empty lists, and keeps nothing that lives on no device', async () => {
		const { store, writes } = garage();
		const { id: newId, ...rest } = aJob({ id: id('hours', 7) });
		store.insert(job, { id: newId, ...rest });
		expect(observation.home).toBeNull();
		store.insert(observation, { id: id('grant', 1) } as never);
		expect(await store.find(observation, id('grant', 8))).toBeNull();

		const made = [...(await writes()).values()];
		expect(made).toMatchObject([{ doc: { id: newId, assignments: [], clocks: [], offers: [] } }]);
		expect(notice.home).not.toBeNull();
	});
});

describe('the overlay', () => {
	const row = (seq: number, add: string): OutboxRow => ({
		...{ seq, id: id('grant', seq), name: 'bike.rename', enqueuedAt: monday, ack: null },
		text: JSON.stringify({
			...{ id: id('grant', seq), name: 'bike.rename', version: 1 },
			...{ args: { vehicleId: ashasBike, add }, base: {}, after: [] },
			at: { wall: monday, offsetMs: null, errorMs: null },
		}),
	});

	it('folds anew what was built on work that left without a trace', async () => {
		const overlay = createOverlay({
			...{ confirmed: viewOf({ vehicles: [aBike()] }), mutatorNamed, actor: () => asha },
			report: (error) => expect.unreachable(String(error)),
		});
		await overlay.reconcile([row(1, '1'), row(2, '2'), row(3, '3')], []);
		expect(overlay.touched('vehicles').get(ashasBike)).toMatchObject({ model: 'Activa123' });

		await overlay.reconcile([row(1, '1'), row(3, '3')], []);
		expect(overlay.touched('vehicles').get(ashasBike)).toMatchObject({ model: 'Activa13' });

		await overlay.reconcile([], []);
		expect(overlay.touched('vehicles').size).toBe(0);
	});

	it('puts work of another tab where its number belongs', async () => {
		const overlay = createOverlay({
			...{ confirmed: viewOf({ vehicles: [aBike()] }), mutatorNamed, actor: () => asha },
			report: (error) => expect.unreachable(String(error)),
		});
		await overlay.reconcile([row(1, '1'), row(3, '3')], []);

		await overlay.reconcile([row(1, '1'), row(2, '2'), row(3, '3')], []);

		expect(overlay.layers().map((each) => each.row.seq)).toEqual([1, 2, 3]);
		expect(overlay.touched('vehicles').get(ashasBike)).toMatchObject({ model: 'Activa123' });
	});
});
