import { describe, expect, it } from 'vitest';
import { booking } from '#sync/booking/entity.ts';
import { receiveBooking } from '#sync/booking/mutators.ts';
import { addMinutes } from '#sync/core/time.ts';
import { assignment, job } from '#sync/job/entity.ts';
import { notice } from '#sync/notice/entity.ts';
import { observation } from '#sync/observation/entity.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import {
	admin,
	asha,
	ashasBike,
	joseph,
	lakshmi,
	lakshmiMotors,
	meena,
	monday,
	otherOwner,
	ravi,
} from '#tests/support/cast.ts';
import { customerIdOf, tomorrow, workerIdOf } from '#tests/support/builders.ts';
import { due, kept } from './ashas-visit.ts';

describe('reporting that the bike is there', () => {
	it.each([
		['a worker', meena],
		['the owner', lakshmi],
	])('is for %s of the shop', async (_, actor) => {
		const { garage, bookingId } = due();

		const { status, events } = await garage.perform(receiveBooking, actor, { bookingId });

		expect(status).toBe('applied');
		expect(garage.row(booking, bookingId)).toMatchObject({
			status: 'received',
			receivedAt: tomorrow,
		});
		expect(events).toEqual([{ event: 'booking.received', bookingId, shopId: lakshmiMotors }]);
		expect(garage.rows(notice)).toMatchObject([
			{ kind: 'bike_received', customerId: customerIdOf(asha) },
		]);
	});

	it('is true from when it was done, not from when it arrived', async () => {
		const { garage, bookingId } = due();
		const when = { at: addMinutes(tomorrow, 5), now: addMinutes(tomorrow, 90) };

		await garage.perform(receiveBooking, meena, { bookingId }, when);

		expect(garage.row(booking, bookingId).receivedAt).toBe(when.at);
	});

	it('writes down the odometer, if it was read', async () => {
		const { garage, bookingId } = due();

		await garage.perform(receiveBooking, meena, { bookingId, odometerKm: 23_411 });

		expect(garage.row(vehicle, ashasBike).odometerKm).toBe(23_411);
	});

	it('a second time changes nothing', async () => {
		const { garage, bookingId } = due();
		await garage.perform(receiveBooking, meena, { bookingId, odometerKm: 23_411 });

		const again = await garage.perform(receiveBooking, ravi, { bookingId, odometerKm: 1 });

		expect(again.status).toBe('noop');
		expect(garage.row(vehicle, ashasBike).odometerKm).toBe(23_411);
	});

	it('confirms a live hold: the job is the worker’s whose time was held', async () => {
		const holdExpiresAt = addMinutes(tomorrow, 10);
		const { garage, bookingId, jobId, timeId } = due({
			booking: { status: 'held', holdExpiresAt, confirmedAt: null },
			job: { workerId: null },
		});
		garage.put(assignment, { ...garage.row(assignment, timeId), state: 'hold' });

		await garage.perform(receiveBooking, meena, { bookingId });

		expect(garage.row(booking, bookingId)).toMatchObject({
			status: 'received',
			confirmedAt: tomorrow,
		});
		expect(garage.row(assignment, timeId).state).toBe('planned');
		expect(garage.row(job, jobId)).toMatchObject({ workerId: workerIdOf(ravi), epoch: 1 });
	});

	it.each([
		['a lapsed hold', { status: 'held', holdExpiresAt: tomorrow }],
		['an expired hold', { status: 'expired', holdExpiresAt: tomorrow }],
		['a cancelled booking', { status: 'cancelled', cancelledAt: monday, cancelledBy: 'customer' }],
		['a no-show', { status: 'no_show' }],
	] as const)('is kept for review for %s', async (_, over) => {
		const { garage, bookingId } = due({ booking: over });
		const before = garage.row(booking, bookingId);

		const { status, refusal } = await garage.perform(receiveBooking, meena, { bookingId });

		expect([status, refusal]).toEqual(['recorded', 'wrong_state']);
		expect(garage.row(booking, bookingId)).toBe(before);
		const workerId = workerIdOf(meena);
		const report = { what: 'booking.receive', refusal, workerId, epoch: null, doneAt: tomorrow };
		expect(kept(garage)).toEqual({ observations: [report], told: [lakshmiMotors, workerId] });
	});

	it.each([
		['a worker of another shop', joseph, 'not_found'],
		['the owner of another shop', otherOwner, 'not_found'],
		['the customer', asha, 'not_allowed'],
		['an admin', admin, 'not_allowed'],
	] as const)('is refused to %s, and nothing is kept', async (_, actor, refusal) => {
		const { garage, bookingId } = due();

		const ended = await garage.perform(receiveBooking, actor, { bookingId });

		expect([ended.status, ended.refusal]).toEqual(['refused', refusal]);
		expect(garage.rows(observation)).toEqual([]);
	});
});
