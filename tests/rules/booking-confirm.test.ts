import { describe, expect, it } from 'vitest';
import { booking } from '#sync/booking/entity.ts';
import { confirmBooking, expireBooking, requestBooking } from '#sync/booking/mutators.ts';
import { systemActor } from '#sync/core/actor.ts';
import { addMinutes } from '#sync/core/time.ts';
import { assignment, job, jobOffer } from '#sync/job/entity.ts';
import { notice } from '#sync/notice/entity.ts';
import { shop } from '#sync/shop/entity.ts';
import { timer } from '#sync/timer/entity.ts';
import {
	asha,
	ashasBike,
	imran,
	kiran,
	kiransBike,
	lakshmi,
	lakshmiMotors,
	meena,
	monday,
	otherGarage,
	ravi,
	service,
} from '#tests/support/cast.ts';
import {
	aBooking,
	anAssignment,
	customerIdOf,
	tomorrow,
	workerIdOf,
} from '#tests/support/builders.ts';
import { Garage } from '#tests/support/map-store.ts';

const wish = (over: object = {}) => ({
	shopId: lakshmiMotors,
	vehicleId: ashasBike,
	serviceTypeIds: [service.general],
	startAt: tomorrow,
	...over,
});

async function held(over: object = {}) {
	const garage = new Garage();
	const { ids } = await garage.perform(requestBooking, asha, wish(over));
	const [bookingId, jobId] = [String(ids['bookingId']), String(ids['jobId'])];
	const confirm = (now = monday, actor = asha) =>
		garage.perform(confirmBooking, actor, { bookingId }, { now });
	return { garage, bookingId, jobId, confirm };
}
const expired = async (over: object = {}) => {
	const visit = await held(over);
	const now = addMinutes(monday, 10);
	await visit.garage.perform(expireBooking, systemActor, { bookingId: visit.bookingId }, { now });
	return visit;
};
const timesOf = (garage: Garage, jobId: string) =>
	garage.rows(assignment).filter((each) => each.jobId === jobId);

describe('confirming a held time', () => {
	it('makes it sure and gives the job to the worker whose time it was', async () => {
		const { garage, bookingId, jobId, confirm } = await held();
		const [time] = timesOf(garage, jobId);

		const { status, ids, events } = await confirm();

		expect([status, ids]).toEqual(['applied', { bookingId, jobId }]);
		expect(garage.row(booking, bookingId)).toMatchObject({
			status: 'confirmed',
			confirmedAt: monday,
		});
		expect(timesOf(garage, jobId)).toEqual([{ ...time, state: 'planned' }]);
		expect(garage.row(job, jobId)).toMatchObject({ workerId: time?.workerId, epoch: 1 });
		expect(events.map((each) => each.event)).toEqual(['booking.confirmed']);
	});

	it('tells the customer, the office and the worker', async () => {
		const { garage, bookingId, jobId, confirm } = await held();

		await confirm();

		const workerId = garage.row(job, jobId).workerId;
		expect(garage.rows(notice)).toMatchObject([
			{ kind: 'booking_confirmed', customerId: customerIdOf(asha), workerId: null, shopId: null },
			{ kind: 'booking_confirmed', customerId: null, workerId: null, shopId: lakshmiMotors },
			{ kind: 'job_assigned', customerId: null, workerId, shopId: null },
		]);
		for (const each of garage.rows(notice)) expect(each).toMatchObject({ bookingId, jobId });
	});

	it('asks the worker of a start within two hours to say that he knows', async () => {
		const startAt = addMinutes(monday, 60);
		const { garage, jobId, confirm } = await held({ startAt });

		const { events } = await confirm();

		const [offer] = garage.rows(jobOffer);
		expect(offer).toMatchObject({
			jobId,
			workerId: garage.row(job, jobId).workerId,
			kind: 'ack',
			seq: 1,
			status: 'sent',
			sentAt: monday,
			expiresAt: addMinutes(monday, 10),
		});
		expect(events.map((each) => each.event)).toEqual(['booking.confirmed', 'offer.sent']);
		const glass = garage.rows(timer).find((each) => each.name === 'offer.expire');
		expect(glass).toMatchObject({ key: `offer:${offer?.id}`, dueAt: offer?.expiresAt });
	});

	it('asks nobody for a start that is further away', async () => {
		const { garage, confirm } = await held();

		await confirm();

		expect(garage.rows(jobOffer)).toEqual([]);
	});

	it('again changes nothing and answers the same', async () => {
		const { garage, bookingId, jobId, confirm } = await held();
		await confirm();
		const row = garage.row(booking, bookingId);

		const again = await confirm(addMinutes(monday, 20));

		expect([again.status, again.ids]).toEqual(['noop', { bookingId, jobId }]);
		expect(garage.row(booking, bookingId)).toBe(row);
	});

	it('is not found for others', async () => {
		const { confirm } = await held();

		expect((await confirm(monday, kiran)).refusal).toBe('not_found');
		expect((await confirm(monday, lakshmi)).refusal).toBe('not_allowed');
		expect((await confirm(monday, ravi)).refusal).toBe('not_allowed');
	});

	it.each(['cancelled', 'no_show', 'closed'] as const)(
		'is refused once it is %s',
		async (status) => {
			const { garage, bookingId, confirm } = await held();
			garage.put(booking, { ...garage.row(booking, bookingId), status });

			expect((await confirm()).refusal).toBe('wrong_state');
		},
	);
});

describe('confirming a hold that ran out', () => {
	it('is as good while nobody has taken it back', async () => {
		const { garage, bookingId, jobId, confirm } = await held();

		const { status } = await confirm(addMinutes(monday, 30));

		expect(status).toBe('applied');
		expect(garage.row(booking, bookingId).status).toBe('confirmed');
		expect(timesOf(garage, jobId)).toMatchObject([{ state: 'planned', epoch: 1 }]);
	});

	it('places it anew, under the next number, when its time is still free', async () => {
		const { garage, bookingId, jobId, confirm } = await expired();
		const now = addMinutes(monday, 30);

		const { status, events } = await confirm(now);

		expect(status).toBe('applied');
		expect(garage.row(booking, bookingId)).toMatchObject({ status: 'confirmed', confirmedAt: now });
		const times = timesOf(garage, jobId);
		expect(times.map((each) => [each.epoch, each.state]).sort()).toEqual([
			[1, 'released'],
			[2, 'planned'],
		]);
		const planned = times.find((each) => each.state === 'planned');
		expect(garage.row(job, jobId)).toMatchObject({
			epoch: 2,
			voidAt: null,
			workerId: planned?.workerId,
		});
		expect(events.map((each) => each.event)).toEqual(['booking.confirmed']);
	});

	it('finds another worker when the first is taken', async () => {
		const { garage, jobId, confirm } = await expired();
		const [first] = timesOf(garage, jobId);
		garage.put(assignment, anAssignment({ workerId: String(first?.workerId) }));

		const { status } = await confirm(addMinutes(monday, 11));

		expect(status).toBe('applied');
		expect(garage.row(job, jobId).workerId).not.toBe(first?.workerId);
	});

	it('is refused when all are taken, with the nearest free starts', async () => {
		const { garage, confirm } = await expired();
		const others = [ravi, meena, imran].map((each) => anAssignment({ workerId: workerIdOf(each) }));
		garage.put(assignment, ...others);

		const { refusal, extras } = await confirm(addMinutes(monday, 11));

		expect(refusal).toBe('hold_expired');
		expect(extras['alternatives']).toHaveLength(3);
	});

	it('takes back what ran out meanwhile to make room', async () => {
		const { garage, confirm } = await expired();
		const now = addMinutes(monday, 10);
		const blocks = [ravi, meena].map((each) => anAssignment({ workerId: workerIdOf(each) }));
		garage.put(assignment, ...blocks);
		const kirans = wish({ vehicleId: kiransBike });
		const other = await garage.perform(requestBooking, kiran, kirans, { now });

		const { status } = await confirm(addMinutes(now, 10));

		expect(status).toBe('applied');
		expect(garage.row(booking, String(other.ids['bookingId'])).status).toBe('expired');
	});

	it.each(['held', 'expired'] as const)(
		'is refused once the start has passed (%s)',
		async (state) => {
			const { confirm } = await (state === 'held' ? held() : expired());

			expect((await confirm(tomorrow)).refusal).toBe('hold_expired');
		},
	);

	it.each(['held', 'expired'] as const)(
		'is refused while the shop is paused (%s)',
		async (state) => {
			const { garage, confirm } = await (state === 'held' ? held() : expired());
			garage.put(shop, { ...garage.row(shop, lakshmiMotors), status: 'paused' });

			expect((await confirm(addMinutes(monday, 20))).refusal).toBe('shop_paused');
		},
	);

	it.each(['held', 'expired'] as const)(
		'is refused when the bike is promised elsewhere by now (%s)',
		async (state) => {
			const { garage, confirm } = await (state === 'held' ? held() : expired());
			garage.put(booking, aBooking({ shopId: otherGarage }));

			expect((await confirm(addMinutes(monday, 20))).refusal).toBe('vehicle_busy');
		},
	);

	it.each(['held', 'expired'] as const)(
		'is refused when the customer has three others by now (%s)',
		async (state) => {
			const { garage, confirm } = await (state === 'held' ? held() : expired());
			const others = [1, 2, 3].map((hours) =>
				aBooking({
					startAt: addMinutes(tomorrow, hours * 60),
					endAt: addMinutes(tomorrow, hours * 60 + 60),
				}),
			);
			garage.put(booking, ...others);

			expect((await confirm(addMinutes(monday, 20))).refusal).toBe('too_many_bookings');
		},
	);
});
