import * as z from 'zod/mini';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { afterAll, beforeAll } from 'vitest';
import { booking, type Booking } from '#sync/booking/entity.ts';
import { parse } from '#sync/core/entity.ts';
import { mutator, type AnyMutator } from '#sync/core/mutator.ts';
import { Rejection } from '#sync/core/rejection.ts';
import { addMinutes } from '#sync/core/time.ts';
import { mutators } from '#sync/registry.ts';
import { vehicle, type Vehicle } from '#sync/vehicle/entity.ts';
import { mutationCrash } from '#server/db/device.ts';
import { replayOfParked } from '#server/domain/replay.ts';
import { sync } from '#server/domain/sync.ts';
import { asha, ashasBike, id, kiran, ravi } from '#tests/support/cast.ts';
import { aMutation, aWish, openDoor, type Door } from '#tests/support/door.ts';
import { aPort, ports, type TestPort } from '#tests/support/ports.ts';
import { aNewBike, aRequest, sent, withdrawalOf } from '#tests/support/requests.ts';

const known = mutators as Record<string, AnyMutator>;

/** What a newer server knows: polishing makes a bike a little newer, and may be asked for in two ways. */
const polish = (run: (km: number) => number) =>
	mutator({
		name: 'bike.polish',
		version: 2,
		kind: 'request',
		by: ['customer'],
		args: z.strictObject({ vehicleId: parse.id, km: z.int() }),
		older: {
			1: {
				args: z.strictObject({ bike: parse.id }),
				upcast: ({ bike }: { bike: string }) => ({ vehicleId: bike, km: 1 }),
			},
		},
		shopOf: () => null,
		where: 'server',
		offline: 'queue',
		async run({ store, newId }, { vehicleId, km }) {
			const bike = await store.get(vehicle, vehicleId);
			store.update(vehicle, { ...bike, odometerKm: (bike.odometerKm ?? 0) * 10 + run(km) });
			return { polishId: newId() };
		},
	});

describe.each(ports)('what was parked on %s', (kind) => {
	let test: TestPort;
	let door: Door;
	beforeAll(async () => {
		test = await aPort(kind);
	});
	beforeEach(async () => {
		await test.empty();
		door = await openDoor(test);
	});
	afterEach(() => {
		delete known['bike.polish'];
	});
	afterAll(() => test.close());

	const knowing = (run: (km: number) => number = (km) => km) => {
		known['bike.polish'] = polish(run);
	};
	const wish = (km: number, version = 2) => ({
		...aMutation('bike.polish', { vehicleId: ashasBike, km }, door.now),
		version,
	});
	const pushed = (...mutations: ReturnType<typeof wish>[]) =>
		sync(
			door.world,
			asha,
			aRequest({ mutations: mutations.map((each, index) => sent(index + 1, each)) }),
		);
	const kilometres = async () =>
		((await test.port.read(vehicle, [ashasBike])) as unknown as Vehicle[])[0]?.odometerKm;
	const statusOf = async (mutationId: string) => (await test.port.entries([mutationId]))[0]?.status;
	const asking = (...ids: string[]) => sync(door.world, asha, aRequest({ asking: ids }));

	it('is performed by a server that knows it, in the order in which it came in', async () => {
		const wishes = [wish(1), wish(2), wish(3)];
		const { acks } = await pushed(...wishes);
		expect(acks.map((each) => each.status)).toEqual(['parked', 'parked', 'parked']);
		expect(acks.every((each) => each.extras === undefined)).toBe(true);
		expect(await replayOfParked(door.world)()).toBe(0);
		knowing();
		door.poked.length = 0;

		expect(await replayOfParked(door.world)()).toBe(3);

		expect(await kilometres()).toBe(123);
		expect(door.poked.length).toBe(3);
		expect(await replayOfParked(door.world)()).toBe(0);
	});

	it('is told to the device that asks for it, and to no other person', async () => {
		const his = { id: id('device', 2), browserId: id('browser', 2) };
		const asked = wish(4);
		await pushed(asked);
		expect((await asking(asked.id)).verdicts).toBeUndefined();
		knowing();
		await replayOfParked(door.world)();

		const answer = await asking(asked.id);
		const foreign = await sync(door.world, kiran, aRequest({ device: his, asking: [asked.id] }));

		const [verdict] = answer.verdicts ?? [];
		expect(answer.verdicts).toHaveLength(1);
		expect(verdict).toMatchObject({ id: asked.id, seq: 1, status: 'applied' });
		for (const [scope, v] of Object.entries(verdict?.effects ?? {}))
			expect(answer.cursors[scope]).toBeGreaterThanOrEqual(v);
		expect(foreign.verdicts).toBeUndefined();
	});

	it('answers a repeat by how it ended in the end', async () => {
		const asked = wish(4);
		await pushed(asked);
		knowing();
		await replayOfParked(door.world)();

		expect((await pushed(asked)).acks).toMatchObject([{ status: 'applied', seq: 1 }]);
		expect(await kilometres()).toBe(4);
	});

	it('is read in the words of its own version', async () => {
		const older = { ...aMutation('bike.polish', { bike: ashasBike }, door.now), version: 1 };
		await pushed(older);
		knowing();

		await replayOfParked(door.world)();

		expect(await kilometres()).toBe(1);
	});

	it('is never done once its author took it back', async () => {
		const regretted = wish(6);
		await pushed(regretted);
		const { acks } = await pushed(withdrawalOf(regretted));
		expect(acks).toMatchObject([{ id: regretted.id, status: 'noop' }]);
		knowing();

		expect(await replayOfParked(door.world)()).toBe(0);
		expect(await kilometres()).toBeNull();
	});

	it('is taken back from another device only if nobody is just doing it', async () => {
		const regretted = wish(6);
		await pushed(regretted);
		const doing = Promise.withResolvers<void>();
		const goOn = Promise.withResolvers<void>();
		const polishing = polish((km) => km);
		known['bike.polish'] = {
			...polishing,
			async run(context, args: { vehicleId: string; km: number }) {
				doing.resolve();
				await goOn.promise;
				return polishing.run(context, args);
			},
		};
		const replayed = replayOfParked(door.world)();
		await doing.promise;

		const withdrawal = sync(
			door.world,
			asha,
			aRequest({
				device: { id: id('device', 2), browserId: id('browser', 2) },
				mutations: [sent(1, withdrawalOf(regretted))],
			}),
		);
		// Long enough for one that waits for nobody; how long the other waits does not matter.
		await Promise.race([withdrawal, new Promise((resolve) => setTimeout(resolve, 500))]);
		goOn.resolve();

		expect(await replayed).toBe(1);
		expect((await withdrawal).acks).toMatchObject([{ id: regretted.id, status: 'applied' }]);
		expect(await kilometres()).toBe(6);
	});

	it('is refused when the newer server cannot read it or says no', async () => {
		const unreadable = aMutation('bike.polish', { colour: 'red' }, door.now);
		const no = wish(7);
		await pushed(unreadable, no);
		knowing(() => {
			throw new Rejection('wrong_state', { why: 'shiny' });
		});

		expect(await replayOfParked(door.world)()).toBe(2);

		const { verdicts } = await asking(unreadable.id, no.id);
		expect(verdicts).toHaveLength(2);
		expect(verdicts).toContainEqual(
			expect.objectContaining({ id: unreadable.id, refusal: 'not_understood' }),
		);
		expect(verdicts).toContainEqual(
			expect.objectContaining({ id: no.id, refusal: 'wrong_state', extras: { why: 'shiny' } }),
		);
	});

	it('still waits when the newer server knows an older version only', async () => {
		const asked = wish(5, 3);
		await pushed(asked);
		knowing();

		expect(await replayOfParked(door.world)()).toBe(0);
		expect(await statusOf(asked.id)).toBe('parked');
	});

	it('for its crashes is tried once by each server, until one is mended', async () => {
		let tries = 0;
		knowing(() => {
			tries += 1;
			throw new Error('a bug of ours');
		});
		const asked = wish(6);
		for (let n = 0; n < 2; n += 1) await expect(pushed(asked)).rejects.toThrow('crashed');
		expect((await pushed(asked)).acks).toMatchObject([{ status: 'parked' }]);
		const replay = replayOfParked(door.world);
		tries = 0;

		expect([await replay(), await replay(), await replay()]).toEqual([0, 0, 0]);
		expect(tries).toBe(1);
		expect(await statusOf(asked.id)).toBe('parked');
		expect(await test.port.read(mutationCrash, [asked.id])).toMatchObject([{ count: 4 }]);

		knowing();
		expect(await replayOfParked(door.world)()).toBe(1);
		expect(await kilometres()).toBe(6);
	});

	it('keeps none of the others waiting when it crashes', async () => {
		const wishes = [wish(6), wish(7)];
		await pushed(...wishes);
		knowing((km) => {
			if (km === 6) throw new Error('a bug of ours');
			return km;
		});

		expect(await replayOfParked(door.world)()).toBe(1);
		expect(await kilometres()).toBe(7);
	});

	it('is done once when two servers start at the same moment', async () => {
		await pushed(wish(8));
		knowing();

		const done = await Promise.all([replayOfParked(door.world)(), replayOfParked(door.world)()]);

		expect(done.toSorted()).toEqual([0, 1]);
		expect(await kilometres()).toBe(8);
	});

	it('is no more in a day than what a phone may say there, and costs no read each', async () => {
		const batch = (from: number) =>
			Array.from({ length: 50 }, (_, n) => sent(from + n, aMutation('no.such', { n }, door.now)));
		for (let from = 1; from <= 500; from += 50)
			await sync(door.world, asha, aRequest({ mutations: batch(from) }));

		const more = await sync(door.world, asha, aRequest({ mutations: batch(501) }));
		expect(new Set(more.acks.map((each) => each.refusal))).toEqual(new Set(['too_many_reports']));
		expect(more.lastSeq).toBe(550);
		const asked = aMutation('vehicle.add', aNewBike(), door.now);
		const other = await sync(door.world, asha, aRequest({ mutations: [sent(551, asked)] }));
		expect(other.acks).toMatchObject([{ status: 'applied' }]);
		let reads = 0;
		const { port } = door.world;
		const list: typeof port.list = (...asked) => {
			reads += 1;
			return port.list(...asked);
		};
		expect(await replayOfParked({ ...door.world, port: { ...port, list } })()).toBe(0);
		expect(reads).toBe(0);

		door.now = addMinutes(door.now, 24 * 60);
		const next = await sync(door.world, asha, aRequest({ mutations: batch(552).slice(0, 1) }));
		expect(next.acks).toMatchObject([{ status: 'parked' }]);
	});

	it('as part of a flood waits for a person, whatever server comes', async () => {
		const held = await door.as(asha, 'booking.request', aWish());
		const bookingId = String(held.ids?.['bookingId']);
		await door.as(asha, 'booking.confirm', { bookingId });
		const came = (n: number) =>
			aMutation('booking.receive', { bookingId }, addMinutes(door.now, n / 1_000));
		for (let round = 0; round < 10; round += 1) {
			const mutations = Array.from({ length: 50 }, (_, n) => sent(round * 50 + n + 1, came(n)));
			await sync(door.world, ravi, aRequest({ mutations }));
		}

		const last = came(1);
		const answer = await sync(door.world, ravi, aRequest({ mutations: [sent(501, last)] }));

		expect(answer.acks).toMatchObject([{ seq: 501, status: 'parked' }]);
		expect(answer.lastSeq).toBe(501);
		expect(await replayOfParked(door.world)()).toBe(0);
		expect(await statusOf(last.id)).toBe('parked');
		expect(await test.port.parked(null, 10)).toEqual([]);
		const [row] = (await test.port.read(booking, [bookingId])) as unknown as Booking[];
		expect(row?.status).toBe('received');
	});
});
