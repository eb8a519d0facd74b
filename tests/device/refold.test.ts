import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Doc, DocKey } from '#sync/core/document.ts';
import { derivedIds } from '#sync/core/id.ts';
import { createOverlay, type Overlay } from '#lib/device/sync/overlay.ts';
import type { OutboxRow } from '#lib/device/sync/store.ts';
import { asha, id, monday } from '#tests/support/cast.ts';
import { claimPlate, mutatorNamed, rename } from '#tests/support/device/mutators.ts';
import { aBike } from '#tests/support/device/phone.ts';

const customerId = id('customer', 11);
const jobId = id('hours', 1);
const bikeId = (n: number) => id('vehicle', 100 + n);

/** What the server has confirmed, as a phone keeps it. */
function confirmedDocs() {
	const docs = new Map<string, Doc>();
	const keyOf = ({ collection, id: docId }: DocKey) => `${collection}/${docId}`;
	return {
		put: (key: DocKey, doc: Doc | null) => {
			if (doc) docs.set(keyOf(key), doc);
			else docs.delete(keyOf(key));
			return key;
		},
		view: {
			doc: async (key: DocKey) => docs.get(keyOf(key)) ?? null,
			docs: async (collection: string, ids?: readonly string[]) =>
				[...docs]
					.filter(([text, doc]) => text.startsWith(collection) && (ids?.includes(doc.id) ?? true))
					.map(([, doc]) => doc),
		},
	};
}
type Confirmed = ReturnType<typeof confirmedDocs>;

const overlayOn = ({ view }: Confirmed): Overlay =>
	createOverlay({
		...{ confirmed: view, mutatorNamed, actor: () => asha },
		report: (error) => expect.unreachable(String(error)),
	});

const rowOf = (seq: number, [name, args]: Deed): OutboxRow => ({
	...{ seq, id: id('grant', seq), name, enqueuedAt: monday, ack: null },
	text: JSON.stringify({
		...{ id: id('grant', seq), name, version: 1, args, base: {}, after: [] },
		at: { wall: monday, offsetMs: null, errorMs: null },
	}),
});
type Deed = readonly [name: string, args: object];
const claim = (plate: string): Deed => ['bike.claimPlate', { plate, customerId }];

const shownIn = async (overlay: Overlay) => ({
	tops: (['vehicles', 'jobs', 'notices'] as const).map((each) => [
		...[...overlay.touched(each)].sort(([a], [b]) => (a < b ? -1 : 1)),
	]),
	layers: overlay.layers().map(({ row, refusal, about, writes }) => ({
		...{ seq: row.seq, ack: row.ack, refusal, about, writes },
	})),
});

describe('pending work that stays', () => {
	const bikeNow = async (overlay: Overlay, key: DocKey) => overlay.view.doc(key) as Promise<Doc>;
	const vehicleKey = (docId: string) => ({ collection: 'vehicles', id: docId }) as const;

	it('does not run again when what was in front of it came out as it was shown', async () => {
		const confirmed = confirmedDocs();
		confirmed.put(vehicleKey(bikeId(1)), aBike({ id: bikeId(1) }));
		const overlay = overlayOn(confirmed);
		const rows = [1, 2, 3].map((n) =>
			rowOf(n, ['bike.rename', { vehicleId: bikeId(1), add: `${n}` }]),
		);
		await overlay.reconcile(rows, []);
		const run = vi.spyOn(rename, 'run');

		const came = aBike({ id: bikeId(1), model: 'Activa1' });
		await overlay.reconcile(rows.slice(1), [confirmed.put(vehicleKey(bikeId(1)), came)]);
		expect(run).not.toHaveBeenCalled();

		const other = aBike({ id: bikeId(1), model: 'Dio' });
		await overlay.reconcile(rows.slice(2), [confirmed.put(vehicleKey(bikeId(1)), other)]);
		expect(run).toHaveBeenCalledTimes(1);
		expect(await bikeNow(overlay, vehicleKey(bikeId(1)))).toMatchObject({ model: 'Dio3' });
	});

	it('runs again for a document that it would have found, and for no other', async () => {
		const confirmed = confirmedDocs();
		const overlay = overlayOn(confirmed);
		const rows = [rowOf(1, claim('KA01')), rowOf(2, claim('KA02'))];
		await overlay.reconcile(rows, []);
		const run = vi.spyOn(claimPlate, 'run');

		const other = aBike({ id: bikeId(3), registrationKey: 'KA03' });
		await overlay.reconcile(rows, [confirmed.put(vehicleKey(bikeId(3)), other)]);
		expect(run).not.toHaveBeenCalled();

		const same = aBike({ id: bikeId(4), registrationKey: 'KA02' });
		await overlay.reconcile(rows, [confirmed.put(vehicleKey(bikeId(4)), same)]);
		expect(run).toHaveBeenCalledTimes(1);
		expect(overlay.layers().map(({ refusal }) => refusal)).toEqual([null, 'plate_taken']);

		await overlay.reconcile(rows, [confirmed.put(vehicleKey(bikeId(4)), null)]);
		expect(overlay.layers().map(({ refusal }) => refusal)).toEqual([null, null]);
	});

	it('runs again when what it was built on is not made any more', async () => {
		const confirmed = confirmedDocs();
		const overlay = overlayOn(confirmed);
		const made = derivedIds(id('grant', 1), monday)();
		const rows = [
			rowOf(1, claim('KA01')),
			rowOf(2, ['bike.rename', { vehicleId: made, add: '!' }]),
		];
		await overlay.reconcile(rows, []);
		expect(await bikeNow(overlay, vehicleKey(made))).toMatchObject({ model: 'Splendor!' });

		const taken = aBike({ id: bikeId(4), registrationKey: 'KA01' });
		await overlay.reconcile(rows, [confirmed.put(vehicleKey(bikeId(4)), taken)]);

		expect(overlay.layers().map(({ refusal }) => refusal)).toEqual(['plate_taken', 'not_found']);
		expect(await bikeNow(overlay, vehicleKey(made))).toBeNull();
	});
});

describe('folding only what moved', () => {
	const someBike = fc.integer({ min: 1, max: 3 }).map(bikeId);
	const somePlate = fc.constantFrom('KA01', 'KA02', 'KA03');
	/** A bike that earlier work may have made, or may make no more. */
	const someClaimed = fc
		.integer({ min: 498, max: 504 })
		.map((seq) => derivedIds(id('grant', seq), monday)());
	const deed: fc.Arbitrary<Deed> = fc.oneof(
		somePlate.map(claim),
		fc
			.oneof(someBike, someClaimed)
			.map((vehicleId): Deed => ['bike.rename', { vehicleId, add: '.' }]),
		fc
			.tuple(someBike, fc.integer({ min: 0, max: 3 }))
			.map(([vehicleId, km]): Deed => ['bike.readOdometer', { vehicleId, km }]),
		fc.constant<Deed>(['bike.count', { customerId }]),
		fc.constant<Deed>(['clock.start', { jobId, workerId: id('worker', 1) }]),
	);
	/** One moment: the server's documents change, work ends, work is done here or in another tab. */
	const moment = fc.record({
		bikes: fc.array(
			fc.record({
				...{ bike: someBike, plate: somePlate, isThere: fc.boolean(), isRetired: fc.boolean() },
				model: fc.constantFrom('Activa', 'Activa.', 'Dio'),
			}),
			{ maxLength: 2 },
		),
		job: fc.option(fc.boolean()),
		/** Work that leaves, by its place; with what the server makes of it as shown, or without. */
		leave: fc.array(fc.tuple(fc.nat(7), fc.boolean()), { maxLength: 3 }),
		deeds: fc.array(deed, { maxLength: 3 }),
		where: fc.constantFrom('front', 'back'),
	});

	it('shows what folding everything anew would show', async () => {
		await fc.assert(
			fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 8 }), async (moments) => {
				const confirmed = confirmedDocs();
				const overlay = overlayOn(confirmed);
				let rows: readonly OutboxRow[] = [];
				let [first, last] = [500, 500];
				for (const { bikes, job, leave, deeds, where } of moments) {
					const changed: DocKey[] = [];
					for (const { bike, plate, isThere, isRetired, model } of bikes) {
						const retiredAt = isRetired ? monday : null;
						const doc = aBike({ id: bike, model, registrationKey: plate, retiredAt });
						const key = { collection: 'vehicles', id: bike } as const;
						changed.push(confirmed.put(key, isThere ? doc : null));
					}
					if (job !== null) {
						const doc = { id: jobId, assignments: [], offers: [], clocks: [] };
						changed.push(confirmed.put({ collection: 'jobs', id: jobId }, job ? doc : null));
					}
					for (const [place, isAsShown] of leave) {
						const row = rows[place];
						const layer = overlay.layers().find((each) => each.row.id === row?.id);
						for (const { key, doc } of (isAsShown && layer?.writes.values()) || [])
							changed.push(confirmed.put(key, doc));
						rows = rows.filter((each) => each !== row);
					}
					const fresh = deeds.map((each) =>
						rowOf(where === 'front' ? (first -= 1) : (last += 1), each),
					);
					rows = [...rows, ...fresh].sort((a, b) => a.seq - b.seq);

					await overlay.reconcile(rows, changed);
					const anew = overlayOn(confirmed);
					await anew.reconcile(rows, []);
					expect(await shownIn(overlay)).toEqual(await shownIn(anew));
				}
			}),
			{ numRuns: 400 },
		);
	});
});
