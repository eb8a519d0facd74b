import { roleGrant } from '#sync/access/entity.ts';
import { booking, bookingLine } from '#sync/booking/entity.ts';
import { readMark } from '#sync/booking/read-mark.ts';
import type { AnyEntity } from '#sync/core/entity.ts';
import { customer } from '#sync/customer/entity.ts';
import { assignment, job, jobOffer } from '#sync/job/entity.ts';
import { servicePrice, shop, shopHours } from '#sync/shop/entity.ts';
import { timer } from '#sync/timer/entity.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import { workerShift, workerTime } from '#sync/worker/entity.ts';
import {
	aCustomer,
	aGrant,
	aPrice,
	aShift,
	aShop,
	aVehicle,
	idOf,
	ids,
	someHours,
} from './sample-garage.ts';
import {
	aBooking,
	aClock,
	aJob,
	aLine,
	anAssignment,
	anOffer,
	aReadMark,
	aTimer,
} from './sample.ts';

export const nine = '2026-11-23T09:00:00.000Z';
const ten = '2026-11-23T10:00:00.000Z';
export const otherJob = idOf(71);
export const otherVisit = { id: idOf(62), code: 'QQQQQQ', startAt: nine, endAt: ten };
const workerGrant = {
	role: 'worker',
	shopId: ids.shop,
	workerId: ids.ravi,
	customerId: null,
} as const;

/**
 * For each rule: a row that is in the way of the one in the place (`sampleOf`, or `first`), and how
 * the first would make room. Null: it never does.
 */
export const cases: Readonly<
	Record<string, { entity: AnyEntity; first?: object; second: object; room: object | null }>
> = {
	shop_code_key: {
		entity: shop,
		second: aShop({ id: idOf(900) }),
		room: aShop({ code: 'ZZ' }),
	},
	shop_hours_shop_id_weekday_opens_key: {
		entity: shopHours,
		second: someHours({ id: idOf(900), closes: '10:00' }),
		room: someHours({ opens: '01:00' }),
	},
	worker_shift_worker_id_weekday_starts_valid_from_key: {
		entity: workerShift,
		second: aShift({ id: idOf(900) }),
		room: aShift({ validFrom: '2026-02-01' }),
	},
	service_price_service_type_id_class_key: {
		entity: servicePrice,
		second: aPrice({ id: idOf(900) }),
		room: aPrice({ class: 'ev' }),
	},
	customer_phone: {
		entity: customer,
		second: aCustomer({ id: idOf(900) }),
		room: aCustomer({ mergedInto: ids.customer }),
	},
	role_grant_one_live: {
		entity: roleGrant,
		second: aGrant({ id: idOf(900), customerId: null }),
		room: aGrant({ revokedAt: nine }),
	},
	role_grant_one_user_per_customer: {
		entity: roleGrant,
		second: aGrant({ id: idOf(900), userId: ids.otherUser }),
		room: aGrant({ revokedAt: nine }),
	},
	role_grant_one_user_per_worker: {
		entity: roleGrant,
		first: aGrant({ ...workerGrant, id: idOf(899) }),
		second: aGrant({ ...workerGrant, id: idOf(900), userId: ids.otherUser }),
		room: aGrant({ ...workerGrant, id: idOf(899), revokedAt: nine }),
	},
	vehicle_reg_live: {
		entity: vehicle,
		second: aVehicle({ id: idOf(900), registrationNumber: 'OD02AB1234' }),
		room: aVehicle({ retiredAt: nine }),
	},
	booking_shop_id_code_key: {
		entity: booking,
		second: aBooking({ id: idOf(900), startAt: nine, endAt: ten }),
		room: aBooking({ code: 'ZZZZZZ' }),
	},
	booking_vehicle_no_overlap: {
		entity: booking,
		second: aBooking({ id: idOf(900), code: 'ZZZZZZ' }),
		room: aBooking({ startAt: nine, endAt: ten }),
	},
	booking_line_booking_id_line_no_key: {
		entity: bookingLine,
		second: aLine({ id: idOf(900), minutes: 30 }),
		room: aLine({ lineNo: 2 }),
	},
	read_mark_booking_id_side_key: {
		entity: readMark,
		second: aReadMark({ id: idOf(900), bookingVersion: 4 }),
		room: aReadMark({ side: 'shop' }),
	},
	job_booking_id_key: { entity: job, second: aJob({ id: idOf(900) }), room: null },
	assignment_job_id_epoch_key: {
		entity: assignment,
		second: anAssignment({ id: idOf(900), state: 'released' }),
		room: null,
	},
	assignment_one_live: {
		entity: assignment,
		second: anAssignment({ id: idOf(900), epoch: 2, workerId: ids.meena }),
		room: anAssignment({ state: 'released' }),
	},
	worker_no_overlap: {
		entity: assignment,
		second: anAssignment({ id: idOf(900), jobId: otherJob, startAt: '2026-11-23T05:39:59.999Z' }),
		room: anAssignment({ overbook: true }),
	},
	job_offer_one_live: {
		entity: jobOffer,
		second: anOffer({ id: idOf(900), workerId: ids.meena, kind: 'ack', seq: 2 }),
		room: anOffer({ status: 'expired' }),
	},
	job_offer_one_per_worker: {
		entity: jobOffer,
		second: anOffer({ id: idOf(900), jobId: otherJob }),
		room: anOffer({ status: 'declined' }),
	},
	worker_time_one_open: {
		entity: workerTime,
		second: aClock({ id: idOf(900), jobId: otherJob }),
		room: aClock({ endedAt: nine }),
	},
	timer_key_waiting: {
		entity: timer,
		second: aTimer({ id: idOf(900) }),
		room: aTimer({ ranAt: nine }),
	},
};
