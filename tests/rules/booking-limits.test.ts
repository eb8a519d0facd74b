import { describe, expect, it } from 'vitest';
import { booking } from '#sync/booking/entity.ts';
import { expireBooking, requestBooking } from '#sync/booking/mutators.ts';
import { systemActor } from '#sync/core/actor.ts';
import { addMinutes } from '#sync/core/time.ts';
import { assignment, job } from '#sync/job/entity.ts';
import { notice } from '#sync/notice/entity.ts';
import { shop } from '#sync/shop/entity.ts';
import { loadFloor } from '#sync/slot/schedule.ts';
import { worker } from '#sync/worker/entity.ts';
import {
	admin,
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
	aJob,
	anAssignment,
	anId,
	customerIdOf,
	tomorrow,
	tomorrowDone,
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
const everyWorker = [ravi, meena, imran].map(workerIdOf);
/** Somebody else's time of all three at ten tomorrow. */
const allTaken = () => everyWorker.map((workerId) => anAssignment({ workerId, jobId: anId() }));

describe('a time that cannot be had', () => {
	it.each([
		['slot_past', addMinutes(monday, 0)],
		['slot_past', '2026-11-20T04:30:00.000Z'],
		['slot_too_far', '2026-12-24T04:30:00.000Z'],
		['slot_taken', '2026-11-24T04:40:00.000Z'],
	])('is refused as %s with the three nearest free starts', async (refusal, startAt) => {
		const refused = await new Garage().perform(requestBooking, asha, wish({ startAt }));

		expect(refused.refusal).toBe(refusal);
		expect(refused.extras['alternatives']).toHaveLength(3);
	});

	it('is refused when every worker is taken, nearest first', async () => {
		const garage = new Garage([assignment, allTaken()]);

		const { refusal, extras } = await garage.perform(requestBooking, asha, wish());

		expect(refusal).toBe('slot_taken');
		expect(extras['alternatives']).toEqual([
			{ start: '2026-11-24T03:30:00.000Z', end: '2026-11-24T04:30:00.000Z' },
			{ start: '2026-11-24T05:30:00.000Z', end: '2026-11-24T06:30:00.000Z' },
			{ start: '2026-11-24T03:00:00.000Z', end: '2026-11-24T04:00:00.000Z' },
		]);
		expect(garage.rows(booking)).toEqual([]);
	});

	it('counts a job that runs late until it is expected to end', async () => {
		const times = allTaken().map((each) => ({
			...each,
			state: 'working',
			startAt: '2026-11-24T03:00:00.000Z',
			endAt: '2026-11-24T04:00:00.000Z',
		}));
		const late = times.map((each) =>
			aJob({ id: each.jobId, status: 'in_progress', expectedEndAt: addMinutes(tomorrow, 10) }),
		);
		const now = '2026-11-24T03:50:00.000Z';

		const inTime = await new Garage([assignment, times]).perform(requestBooking, asha, wish(), {
			now,
		});
		const running = new Garage([assignment, times], [job, late]);
		const delayed = await running.perform(requestBooking, asha, wish(), { now });

		expect([inTime.status, delayed.refusal]).toEqual(['applied', 'slot_taken']);
	});

	it('counts a job that was begun before its time from then on', async () => {
		const times = allTaken().map((each) => ({
			...each,
			state: 'working',
			startAt: addMinutes(tomorrow, 240),
			endAt: addMinutes(tomorrow, 300),
		}));
		const startedAt = addMinutes(tomorrow, -35);
		const expectedEndAt = addMinutes(startedAt, 60);
		const early = times.map((each) =>
			aJob({ id: each.jobId, status: 'in_progress', startedAt, expectedEndAt }),
		);
		const garage = () => new Garage([assignment, times], [job, early]);
		const now = addMinutes(tomorrow, -30);

		const meanwhile = await garage().perform(requestBooking, asha, wish(), { now });
		const startAt = addMinutes(tomorrow, 30);
		const after = await garage().perform(requestBooking, asha, wish({ startAt }), { now });

		expect([meanwhile.refusal, after.status]).toEqual(['slot_taken', 'applied']);
	});

	it('is refused while the shop is paused, with what is free after it', async () => {
		const closed = new Garage().row(shop, lakshmiMotors);
		const paused = { ...closed, status: 'paused', pausedUntil: addMinutes(tomorrow, 45) };
		const suspended = { ...closed, status: 'suspended' };

		const during = await new Garage([shop, [paused]]).perform(requestBooking, asha, wish());
		const never = await new Garage([shop, [suspended]]).perform(requestBooking, asha, wish());

		expect([during.refusal, never.refusal]).toEqual(['shop_paused', 'shop_paused']);
		expect(during.extras['alternatives']).toMatchObject([
			{ start: addMinutes(tomorrow, 60) },
			{ start: addMinutes(tomorrow, 90) },
			{ start: addMinutes(tomorrow, 120) },
		]);
		expect(never.extras['alternatives']).toEqual([]);
	});

	it('is refused when nobody there can do the work', async () => {
		const crew = new Garage().rows(worker).map((each) => ({ ...each, skills: ['tyres'] }));

		const { refusal } = await new Garage([worker, crew]).perform(requestBooking, asha, wish());

		expect(refusal).toBe('slot_taken');
	});
});

describe('a customer with other bookings', () => {
	const at = (hours: number) => addMinutes(tomorrow, hours * 60);
	const others = (
		status: 'held' | 'confirmed' | 'received' | 'cancelled',
		shopId = lakshmiMotors,
	) =>
		[1, 2, 3].map((hours) =>
			aBooking({
				status,
				shopId,
				holdExpiresAt: addMinutes(monday, 5),
				startAt: at(hours),
				endAt: at(hours + 1),
			}),
		);

	it.each(['held', 'confirmed', 'received'] as const)(
		'has enough with three that are %s',
		async (status) => {
			const garage = new Garage([booking, others(status, otherGarage)]);

			const { refusal, extras } = await garage.perform(requestBooking, asha, wish());

			expect(refusal).toBe('too_many_bookings');
			expect(extras).toEqual({});
		},
	);

	it('may book again after three that were cancelled or ran out', async () => {
		const cancelled = new Garage([booking, others('cancelled').map(asCancelled)]);
		const lapsed = new Garage([booking, others('held')]);

		const first = await cancelled.perform(requestBooking, asha, wish());
		const second = await lapsed.perform(requestBooking, asha, wish(), {
			now: addMinutes(monday, 5),
		});

		expect([first.status, second.status]).toEqual(['applied', 'applied']);
	});

	it('is not held up by holds of his other bikes in other shops that ran out', async () => {
		const elsewhere = others('held', otherGarage).map((each) => ({
			...each,
			vehicleId: kiransBike,
		}));
		const garage = new Garage([booking, elsewhere]);

		const ended = await garage.perform(requestBooking, asha, wish(), {
			now: addMinutes(monday, 5),
		});

		expect(ended.status).toBe('applied');
	});

	it('cannot bring one bike to two places at a time', async () => {
		const there = aBooking({ shopId: otherGarage, startAt: at(0.5), endAt: at(1.5) });
		const garage = new Garage([booking, [there]]);

		expect((await garage.perform(requestBooking, asha, wish())).refusal).toBe('vehicle_busy');
	});
});

const asCancelled = (each: object) => ({ ...each, cancelledAt: monday, cancelledBy: 'customer' });

describe('holds that ran out', () => {
	it('are taken back by whoever wants their time', async () => {
		const garage = new Garage();
		const first = await garage.perform(requestBooking, asha, wish());
		const now = addMinutes(monday, 10);
		garage.put(assignment, ...allTaken().slice(0, 2));
		const [own] = garage.rows(assignment).filter((each) => each.state === 'hold');
		garage.put(assignment, { ...own, workerId: workerIdOf(imran) });

		const second = await garage.perform(requestBooking, kiran, wish({ vehicleId: kiransBike }), {
			now,
		});

		expect(second.status).toBe('applied');
		const lost = garage.row(booking, String(first.ids['bookingId']));
		expect(lost.status).toBe('expired');
		expect(garage.row(job, String(first.ids['jobId'])).voidAt).toBe(now);
		expect(garage.row(assignment, String(own?.id))).toMatchObject({
			state: 'released',
			endedAt: now,
		});
		expect(garage.rows(notice)).toMatchObject([
			{ kind: 'booking_expired', customerId: customerIdOf(asha), bookingId: lost.id },
		]);
	});

	it('take nobody’s time in the calendar, even before they are taken back', async () => {
		const garage = new Garage();
		await garage.perform(requestBooking, asha, wish());
		const during = { from: tomorrow, until: tomorrowDone };

		const floorAt = (now: string) => loadFloor(garage.store(), lakshmiMotors, during, now);

		expect((await floorAt(addMinutes(monday, 9))).occupied).toHaveLength(1);
		expect((await floorAt(addMinutes(monday, 10))).occupied).toHaveLength(0);
	});

	it('of the same bike in another shop are taken back too', async () => {
		const garage = new Garage();
		const elsewhere = wish({ shopId: otherGarage, serviceTypeIds: [service.other] });
		const first = await garage.perform(requestBooking, asha, elsewhere);

		const now = addMinutes(monday, 11);
		const second = await garage.perform(requestBooking, asha, wish(), { now });

		expect(second.status).toBe('applied');
		expect(garage.row(booking, String(first.ids['bookingId'])).status).toBe('expired');
	});

	it('are taken back by the clock, once', async () => {
		const garage = new Garage();
		const { ids } = await garage.perform(requestBooking, asha, wish());
		const args = { bookingId: ids['bookingId'] };
		const now = addMinutes(monday, 10);

		const early = await garage.perform(expireBooking, systemActor, args);
		const due = await garage.perform(expireBooking, systemActor, args, { now });
		const again = await garage.perform(expireBooking, systemActor, args, { now });

		expect([early.status, due.status, again.status]).toEqual(['noop', 'applied', 'noop']);
		expect(due.events.map((each) => each.event)).toEqual(['booking.expired']);
	});

	it('are not taken back by people', async () => {
		const garage = new Garage();
		const { ids } = await garage.perform(requestBooking, asha, wish());

		for (const actor of [asha, lakshmi, admin]) {
			const ended = await garage.perform(expireBooking, actor, { bookingId: ids['bookingId'] });
			expect(ended.refusal).toBe('not_allowed');
		}
	});
});
