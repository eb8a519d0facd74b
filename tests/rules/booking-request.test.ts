import { describe, expect, it } from 'vitest';
import { booking, bookingLine } from '#sync/booking/entity.ts';
import { requestBooking } from '#sync/booking/mutators.ts';
import { systemActor } from '#sync/core/actor.ts';
import { addMinutes } from '#sync/core/time.ts';
import { customer } from '#sync/customer/entity.ts';
import { assignment, job } from '#sync/job/entity.ts';
import { servicePrice, serviceType } from '#sync/shop/entity.ts';
import { timer } from '#sync/timer/entity.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import {
	admin,
	asha,
	ashasBike,
	id,
	idOf,
	imran,
	kiransBike,
	lakshmi,
	lakshmiMotors,
	meena,
	monday,
	otherGarage,
	otherOwner,
	ravi,
	service,
	stranger,
} from '#tests/support/cast.ts';
import {
	aBooking,
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
describe('asking for a time', () => {
	it('holds it: booking with its lines, job and a worker’s time', async () => {
		const garage = new Garage();

		const { status, ids, events } = await garage.perform(requestBooking, asha, wish());

		expect(status).toBe('applied');
		const held = garage.row(booking, String(ids['bookingId']));
		expect(held).toMatchObject({
			status: 'held',
			source: 'app',
			mode: 'drop_off',
			customerId: customerIdOf(asha),
			startAt: tomorrow,
			endAt: tomorrowDone,
			holdExpiresAt: addMinutes(monday, 10),
		});
		expect(garage.rows(bookingLine)).toMatchObject([
			{ bookingId: held.id, lineNo: 1, minutes: 60, pricePaise: 45_000, gstBps: 1_800 },
		]);
		expect(garage.row(job, String(ids['jobId']))).toMatchObject({
			bookingId: held.id,
			status: 'pending',
			workerId: null,
			epoch: 1,
		});
		expect(garage.rows(assignment)).toMatchObject([
			{ jobId: ids['jobId'], state: 'hold', epoch: 1, startAt: tomorrow, endAt: tomorrowDone },
		]);
		expect(events).toEqual([
			{
				event: 'booking.held',
				bookingId: held.id,
				shopId: lakshmiMotors,
				holdExpiresAt: held.holdExpiresAt,
			},
		]);
	});

	it('turns over the hour-glass of the hold', async () => {
		const garage = new Garage();

		const { ids } = await garage.perform(requestBooking, asha, wish());

		expect(garage.rows(timer)).toMatchObject([
			{
				key: `hold:${ids['bookingId']}`,
				name: 'booking.expire',
				args: { bookingId: ids['bookingId'] },
				dueAt: addMinutes(monday, 10),
				ranAt: null,
			},
		]);
	});

	it('adds up the services, takes the price of the class, and keeps the longest buffer once', async () => {
		const [wash, general] = [service.wash, service.general].map((each) =>
			new Garage().row(serviceType, each),
		);
		const special = {
			id: anId(),
			shopId: lakshmiMotors,
			serviceTypeId: service.general,
			class: 'commuter',
			minutes: 75,
			pricePaise: 52_500,
		};
		const garage = new Garage(
			[
				serviceType,
				[
					{ ...wash, bufferAfterMinutes: 20 },
					{ ...general, bufferAfterMinutes: 10 },
				],
			],
			[servicePrice, [special]],
		);

		await garage.perform(
			requestBooking,
			asha,
			wish({ serviceTypeIds: [service.general, service.wash] }),
		);

		expect(garage.rows(bookingLine).map((each) => [each.minutes, each.pricePaise])).toEqual([
			[75, 52_500],
			[30, 45_000],
		]);
		expect(garage.rows(booking)[0]?.endAt).toBe(addMinutes(tomorrow, 105));
		expect(garage.rows(assignment)[0]?.endAt).toBe(addMinutes(tomorrow, 125));
	});

	it('gives the time of the worker who was wished for', async () => {
		const garage = new Garage();

		await garage.perform(requestBooking, asha, wish({ preferredWorkerId: workerIdOf(imran) }));

		expect(garage.rows(assignment)[0]).toMatchObject({
			workerId: workerIdOf(imran),
			reason: { chosenBy: 'wish' },
		});
	});

	it('gives the work to whoever has least of it that day', async () => {
		const busy = [ravi, meena].map((actor) =>
			anAssignment({
				workerId: workerIdOf(actor),
				startAt: '2026-11-24T08:30:00.000Z',
				endAt: '2026-11-24T09:30:00.000Z',
			}),
		);
		const garage = new Garage([assignment, busy]);

		const { ids } = await garage.perform(requestBooking, asha, wish());

		const chosen = garage.rows(assignment).find((each) => each.jobId === ids['jobId']);
		expect(chosen?.workerId).toBe(workerIdOf(imran));
		expect(chosen?.reason).toMatchObject({ chosenBy: 'day_load' });
	});

	it('goes by the day first, then by the week', async () => {
		const hour = (actor: typeof ravi, from: string, until: string) =>
			anAssignment({ workerId: workerIdOf(actor), startAt: from, endAt: until });
		const wednesday = ['2026-11-25T04:30:00.000Z', '2026-11-25T07:30:00.000Z'] as const;
		const thatDay = ['2026-11-24T08:30:00.000Z', '2026-11-24T09:30:00.000Z'] as const;
		const done = { ...hour(meena, ...thatDay), state: 'done' as const, endedAt: thatDay[1] };
		const byDay = [hour(ravi, ...wednesday), done, hour(imran, ...thatDay)];
		const byWeek = [hour(ravi, ...wednesday), hour(meena, ...wednesday)];

		for (const [rows, chosenBy, worker] of [
			[byDay, 'day_load', ravi],
			[byWeek, 'week_load', imran],
		] as const) {
			const garage = new Garage([assignment, rows]);
			const { ids } = await garage.perform(requestBooking, asha, wish());
			const chosen = garage.rows(assignment).find((each) => each.jobId === ids['jobId']);
			expect(chosen).toMatchObject({ workerId: workerIdOf(worker), reason: { chosenBy } });
		}
	});

	it('by the owner, on the phone, for a customer the shop knows, needs no notice', async () => {
		const garage = new Garage([booking, [aBooking({ status: 'closed' })]]);
		const soon = addMinutes(monday, 0);

		const { status, ids } = await garage.perform(requestBooking, lakshmi, wish({ startAt: soon }));

		expect(status).toBe('applied');
		expect(garage.row(booking, String(ids['bookingId']))).toMatchObject({
			source: 'phone',
			customerId: customerIdOf(asha),
		});
	});

	it('is for the owner’s own customers, not for strangers', async () => {
		const card = {
			...new Garage().row(customer, customerIdOf(asha)),
			createdByShopId: lakshmiMotors,
		};

		const unknown = await new Garage().perform(requestBooking, lakshmi, wish());
		const known = await new Garage([customer, [card]]).perform(requestBooking, lakshmi, wish());

		expect([unknown.refusal, known.status]).toEqual(['not_found', 'applied']);
	});

	it.each([
		['another customer’s bike', asha, wish({ vehicleId: kiransBike })],
		['a bike that does not exist', asha, wish({ vehicleId: idOf(7, 999) })],
		['a shop that does not exist', asha, wish({ shopId: idOf(1, 999) })],
		['a service of another shop', asha, wish({ serviceTypeIds: [service.other] })],
		['a worker of another shop', asha, wish({ preferredWorkerId: id('worker', 4) })],
		['the owner of another shop', otherOwner, wish()],
		[
			'an owner at another shop',
			lakshmi,
			wish({ shopId: otherGarage, serviceTypeIds: [service.other] }),
		],
	])('is not found for %s', async (_, actor, args) => {
		const garage = new Garage([booking, [aBooking({ status: 'closed' })]]);

		expect((await garage.perform(requestBooking, actor, args)).refusal).toBe('not_found');
	});

	it.each([
		['a worker', ravi],
		['an admin', admin],
		['a stranger', stranger],
		['the clock', systemActor],
	])('is not for %s', async (_, actor) => {
		expect((await new Garage().perform(requestBooking, actor, wish())).refusal).toBe('not_allowed');
	});

	it('is not found for a bike that was given up and for a service no longer offered', async () => {
		const bike = { ...new Garage().row(vehicle, ashasBike), retiredAt: monday };
		const old = { ...new Garage().row(serviceType, service.general), active: false };

		const retired = await new Garage([vehicle, [bike]]).perform(requestBooking, asha, wish());
		const withdrawn = await new Garage([serviceType, [old]]).perform(requestBooking, asha, wish());

		expect([retired.refusal, withdrawn.refusal]).toEqual(['not_found', 'not_found']);
	});

	it.each([
		['no service', { serviceTypeIds: [] }],
		['the same service twice', { serviceTypeIds: [service.wash, service.wash] }],
		['a time without milliseconds', { startAt: '2026-11-24T04:30:00Z' }],
		['an unknown mode', { mode: 'teleport' }],
		['something else', { colour: 'red' }],
		['a negative limit', { extraLimitPaise: -1 }],
	])('is not understood with %s', async (_, over) => {
		const { refusal } = await new Garage().perform(requestBooking, asha, wish(over));

		expect(refusal).toBe('not_understood');
	});
});
