import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { booking, type Booking } from '#sync/booking/entity.ts';
import type { Actor } from '#sync/core/actor.ts';
import { addMinutes } from '#sync/core/time.ts';
import { customer } from '#sync/customer/entity.ts';
import { assignment, type Assignment } from '#sync/job/entity.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import { systemActor } from '#sync/core/actor.ts';
import { plant } from '#server/db/plant.ts';
import type { Outcome } from '#server/domain/perform.ts';
import {
	asha,
	id,
	imran,
	lakshmi,
	meena,
	monday,
	otherGarage,
	ravi,
	service,
} from '#tests/support/cast.ts';
import { aWish, openDoor, type Door } from '#tests/support/door.ts';
import { aPort, type TestPort } from '#tests/support/ports.ts';

const guestsCount = 200;
const startAt = addMinutes(monday, 90);

/** So many customers, each with a bike. */
async function guests(test: TestPort): Promise<{ actor: Actor; vehicleId: string }[]> {
	const numbers = Array.from({ length: guestsCount }, (_, index) => 1_000 + index);
	await test.addUsers(numbers.map((n) => id('user', n)));
	const createdAt = monday;
	await plant(test.port, [
		[
			customer,
			numbers.map((n) => ({
				id: id('customer', n),
				name: `Guest ${n}`,
				phone: `+9190000${n}0`,
				createdByShopId: null,
				mergedInto: null,
				createdAt,
			})),
		],
		[
			vehicle,
			numbers.map((n) => ({
				id: id('vehicle', n),
				customerId: id('customer', n),
				registrationNumber: `KA01AA${n}`,
				registrationKey: `KA01AA${n}`,
				make: 'Hero',
				model: 'Splendor',
				class: 'commuter',
				odometerKm: null,
				verification: 'none',
				retiredAt: null,
				createdAt,
			})),
		],
	]);
	return numbers.map((n) => ({
		actor: {
			userId: id('user', n),
			grants: [{ role: 'customer', customerId: id('customer', n), grantedAt: monday }],
		},
		vehicleId: id('vehicle', n),
	}));
}

describe.each(['pglite', 'postgres'] as const)('many at the same time on %s', (kind) => {
	let test: TestPort;
	let door: Door;
	beforeAll(async () => {
		test = await aPort(kind);
	});
	beforeEach(async () => {
		await test.empty();
		door = await openDoor(test);
	});
	afterAll(() => test.close());

	const liveAt = async (): Promise<Assignment[]> =>
		(await test.port.list(assignment, { state: ['hold', 'planned', 'accepted'] })) as never;
	const jobOf = (outcome: Outcome | undefined) => String(outcome?.ids?.['jobId']);
	const bookingOf = (outcome: Outcome | undefined) => String(outcome?.ids?.['bookingId']);

	it('200 asking for one slot fill it exactly, and each loser hears of three others', async () => {
		const all = await guests(test);

		const outcomes = await Promise.all(
			all.map(({ actor, vehicleId }) =>
				door.as(actor, 'booking.request', aWish({ vehicleId, startAt })),
			),
		);

		const won = outcomes.filter((each) => each.status === 'applied');
		const lost = outcomes.filter((each) => each.status !== 'applied');
		expect(won).toHaveLength(3);
		expect(new Set((await liveAt()).map((each) => each.workerId)).size).toBe(3);
		for (const each of lost) {
			expect(each.refusal).toBe('slot_taken');
			expect(each.extras?.['alternatives']).toHaveLength(3);
		}
	});

	it('a confirmation that races the expiry of its hold is kept whole, whoever was first', async () => {
		for (let round = 0; round < 3; round += 1) {
			const wish = aWish({ startAt: addMinutes(startAt, 60 * round) });
			door.now = addMinutes(monday, 15 * round);
			const held = await door.as(asha, 'booking.request', wish);
			const bookingId = bookingOf(held);
			door.now = addMinutes(door.now, 10);

			const [yes] = await Promise.all([
				door.as(asha, 'booking.confirm', { bookingId }),
				door.as(systemActor, 'booking.expire', { bookingId }),
			]);

			const [after] = (await test.port.read(booking, [bookingId])) as unknown as Booking[];
			const live = (await liveAt()).filter((each) => each.jobId === jobOf(held));
			expect(yes.status).toBe('applied');
			expect(after?.status).toBe('confirmed');
			expect(live.map((each) => each.state)).toEqual(['planned']);
		}
	});

	it('a customer and an owner who books for him keep his limit together, at two shops', async () => {
		for (let round = 0; round < 5; round += 1) {
			await test.empty();
			door = await openDoor(test);
			const at = (hours: number) => ({ startAt: addMinutes(monday, hours * 60) });
			for (const hours of [2, 4]) await door.as(asha, 'booking.request', aWish(at(hours)));

			const elsewhere = { shopId: otherGarage, serviceTypeIds: [service.other] };
			const both = await Promise.all([
				door.as(lakshmi, 'booking.request', aWish(at(6))),
				door.as(asha, 'booking.request', aWish({ ...elsewhere, ...at(8) })),
			]);

			expect(both.flatMap((each) => each.refusal ?? [])).toEqual(['too_many_bookings']);
			expect(await test.port.list(booking, { status: 'held' })).toHaveLength(3);
		}
	});

	it('of three workers who accept one unassigned job, one gets it', async () => {
		const held = await door.as(asha, 'booking.request', aWish({ serviceTypeIds: [service.wash] }));
		await door.as(asha, 'booking.confirm', { bookingId: bookingOf(held) });
		const jobId = jobOf(held);
		for (const actor of [ravi, meena, imran])
			await door.as(actor, 'job.decline', { jobId, reason: 'to have it in the queue' });

		const outcomes = await Promise.all(
			[ravi, meena, imran].map((actor) => door.as(actor, 'job.accept', { jobId })),
		);

		expect(outcomes.filter((each) => each.status === 'applied')).toHaveLength(1);
		expect(outcomes.flatMap((each) => each.refusal ?? [])).toEqual([
			'already_taken',
			'already_taken',
		]);
		expect((await liveAt()).filter((each) => each.jobId === jobId)).toHaveLength(1);
	});
});
