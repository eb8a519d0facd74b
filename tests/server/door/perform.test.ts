import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { booking, type Booking } from '#sync/booking/entity.ts';
import { observation } from '#sync/observation/entity.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import { mutationCrash } from '#server/db/device.ts';
import { ConstraintViolation, type PortTransaction } from '#server/db/port.ts';
import { perform } from '#server/domain/perform.ts';
import { asha, ashasBike, kiran, lakshmi, ravi, stranger } from '#tests/support/cast.ts';
import { aMember, aMutation, aWish, nextId, openDoor, type Door } from '#tests/support/door.ts';
import { aPort, ports, type TestPort } from '#tests/support/ports.ts';
import { unstamped, watchStamps } from '#tests/support/stamps.ts';

describe.each(ports)('the door on %s', (kind) => {
	let test: TestPort;
	let door: Door;
	beforeAll(async () => {
		test = await aPort(kind);
		if (test.connection) await watchStamps(test.connection);
	});
	beforeEach(async () => {
		await test.empty();
		door = await openDoor(test);
	});
	afterAll(async () => {
		if (test.connection) expect(await unstamped(test.connection)).toEqual([]);
		await test.close();
	});

	const bookings = async () => (await test.port.list(booking, {})) as unknown as Booking[];

	it('performs a mutation once and answers every repeat as the first time', async () => {
		const member = aMember(asha, aMutation('booking.request', aWish(), door.now));

		const [first] = await perform(door.world, [member]);
		const [again] = await perform(door.world, [member]);

		expect(first).toMatchObject({ status: 'applied' });
		expect(again).toEqual(first);
		expect(await bookings()).toHaveLength(1);
	});

	it('keeps of a refused mutation only the refusal, with what it carried', async () => {
		const late = aWish({ startAt: door.now });
		const member = aMember(asha, aMutation('booking.request', late, door.now));

		const [first] = await perform(door.world, [member]);
		const [again] = await perform(door.world, [member]);

		expect(first).toMatchObject({ status: 'refused', refusal: 'slot_past', effects: {} });
		expect(first?.extras?.['alternatives']).toHaveLength(3);
		expect(again).toEqual(first);
		expect(await bookings()).toEqual([]);
	});

	it('refuses an id that was used for other bytes, or by somebody else', async () => {
		const mutation = aMutation('booking.request', aWish(), door.now);
		await perform(door.world, [aMember(asha, mutation)]);

		const [other] = await perform(door.world, [aMember(asha, mutation, { hash: 'other' })]);
		const [theirs] = await perform(door.world, [aMember(kiran, mutation)]);

		expect(other).toMatchObject({ status: 'refused', refusal: 'key_reused' });
		expect(theirs).toMatchObject({ status: 'refused', refusal: 'key_reused' });
	});

	it('keeps the neighbours of a refused mutation in a group', async () => {
		const plate = (registrationNumber: string) =>
			aMutation(
				'vehicle.add',
				{ registrationNumber, make: 'TVS', model: 'Apache', class: 'sport' },
				door.now,
			);
		const group = [plate('KA51ZZ0001'), plate('KA51AB1111'), plate('KA51ZZ0002')];

		const outcomes = await perform(
			door.world,
			group.map((each) => aMember(asha, each)),
		);

		expect(outcomes.map((each) => each.refusal ?? each.status)).toEqual([
			'applied',
			'plate_taken',
			'applied',
		]);
	});

	it('takes a mutation that comes twice in one group once', async () => {
		const member = aMember(asha, aMutation('booking.request', aWish(), door.now));

		const [first, second] = await perform(door.world, [member, member]);

		expect(second).toEqual(first);
		expect(await bookings()).toHaveLength(1);
	});

	it('refuses what it cannot read, and parks what it does not know yet', async () => {
		const unread = await door.as(asha, 'booking.request', { shopId: 1 } as never);
		const unknown = await door.as(asha, 'bike.paint' as never, {});
		const inherited = await door.as(asha, 'constructor' as never, {});
		const newer = { ...aMutation('booking.request', aWish(), door.now), version: 2 };
		const [later] = await perform(door.world, [aMember(asha, newer)]);

		expect(unread).toMatchObject({ status: 'refused', refusal: 'not_understood' });
		expect([unknown.status, inherited.status, later?.status]).toEqual(Array(3).fill('parked'));
	});

	it('tells a role that may not from an object that is not there', async () => {
		const bookingId = String((await door.as(asha, 'booking.request', aWish())).ids?.['bookingId']);

		const refusals = await Promise.all([
			door.as(stranger, 'booking.request', aWish()),
			door.as(ravi, 'booking.confirm', { bookingId }),
			door.as(kiran, 'booking.confirm', { bookingId }),
			door.as(asha, 'booking.confirm', { bookingId: nextId() }),
		]);

		expect(refusals.map((each) => each.refusal)).toEqual([
			'not_allowed',
			'not_allowed',
			'not_found',
			'not_found',
		]);
	});

	it('keeps a report that the state contradicts as an observation, and moves nothing', async () => {
		const held = await door.as(asha, 'booking.request', aWish());
		const jobId = String(held.ids?.['jobId']);

		const outcome = await door.as(lakshmi, 'job.start', { jobId });

		expect(outcome).toMatchObject({ status: 'recorded' });
		expect(await test.port.list(observation, { jobId })).toHaveLength(1);
		expect(Object.keys(outcome.effects)).not.toEqual([]);
	});

	it('refuses a request that builds on a refused one, but not a report', async () => {
		const lost = await door.as(asha, 'booking.request', aWish({ startAt: door.now }));
		const wish = { ...aMutation('booking.request', aWish(), door.now), after: [lost.id] };

		const [outcome] = await perform(door.world, [aMember(asha, wish)]);

		expect(outcome).toMatchObject({ status: 'refused', refusal: 'depends_on' });

		const held = await door.as(asha, 'booking.request', aWish());
		const args = { bookingId: String(held.ids?.['bookingId']) };
		await door.as(asha, 'booking.confirm', args);
		const came = { ...aMutation('booking.receive', args, door.now), after: [lost.id] };
		const [report] = await perform(door.world, [aMember(lakshmi, came)]);

		expect(report).toMatchObject({ status: 'applied' });
	});

	it('performs a mutation together with the one it builds on', async () => {
		const first = aMutation('booking.request', aWish(), door.now);
		const bike = { registrationNumber: 'KA51ZZ0003', make: 'TVS', model: 'XL', class: 'scooter' };
		const second = { ...aMutation('vehicle.add', bike, door.now), after: [first.id] };

		const outcomes = await perform(door.world, [aMember(asha, first), aMember(asha, second)]);

		expect(outcomes.map((each) => each.status)).toEqual(['applied', 'applied']);
	});

	it('parks a mutation whose rules crash for the third time, and throws before that', async () => {
		const crash = () => Promise.reject(new TypeError('a bug'));
		const member = aMember(asha, aMutation('booking.request', aWish(), door.now), {
			answer: crash,
		});
		await expect(perform(door.world, [member])).rejects.toThrow('crashed');
		await expect(perform(door.world, [member])).rejects.toThrow('crashed');

		const [third] = await perform(door.world, [member]);

		expect(third).toMatchObject({ status: 'parked' });
		expect(await bookings()).toEqual([]);
		expect(await test.port.list(mutationCrash, { id: member.mutation.id })).toMatchObject([
			{ count: 3 },
		]);
	});

	it('parks for the third time, too, what the database refuses for a reason that nobody has named', async () => {
		const { port } = door.world;
		const refusing = (tx: PortTransaction): PortTransaction => ({
			...tx,
			flush(writes) {
				if (!writes.some((each) => each.entity === vehicle)) return tx.flush(writes);
				throw new ConstraintViolation('what_nobody_named');
			},
		});
		const transaction: typeof port.transaction = (work) =>
			port.transaction((tx) => work(refusing(tx)));
		const world = { ...door.world, port: { ...port, transaction } };
		const bike = { registrationNumber: 'KA51ZZ0004', make: 'TVS', model: 'XL', class: 'scooter' };
		const member = aMember(asha, aMutation('vehicle.add', bike, door.now));
		for (let n = 0; n < 2; n += 1)
			await expect(perform(world, [member])).rejects.toThrow('crashed');

		expect(await perform(world, [member])).toMatchObject([{ status: 'parked' }]);
		expect(await test.port.list(mutationCrash, { id: member.mutation.id })).toMatchObject([
			{ count: 3, error: 'ConstraintViolation: what_nobody_named' },
		]);
	});

	it('keeps the answer that a route built for it', async () => {
		const mutation = aMutation('booking.request', aWish(), door.now);
		const answer = async () => Promise.resolve({ seen: 'held' });

		const [first] = await perform(door.world, [aMember(asha, mutation, { answer })]);
		const [again] = await perform(door.world, [aMember(asha, mutation)]);

		expect(first?.answer).toEqual({ seen: 'held' });
		expect(again?.answer).toEqual({ seen: 'held' });
	});

	it('tells the counters it moved right after the commit, and the same as effects', async () => {
		const outcome = await door.as(asha, 'booking.request', aWish());

		expect(door.poked.at(-1)).toEqual(outcome.effects);
		const scopes = Object.keys(outcome.effects);
		expect(await test.port.heads(scopes as never)).toEqual(outcome.effects);
	});

	it('lets the same bike be held again once the first hold has lapsed', async () => {
		await door.as(asha, 'booking.request', aWish());
		door.now = '2026-11-23T04:45:00.000Z';

		const again = await door.as(asha, 'booking.request', aWish({ vehicleId: ashasBike }));

		expect(again).toMatchObject({ status: 'applied' });
		expect((await bookings()).map((each) => each.status).sort()).toEqual(['expired', 'held']);
	});
});
