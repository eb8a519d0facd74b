import {
	entity,
	id,
	instant,
	int,
	oneOf,
	optional,
	paise,
	ref,
	shaped,
	text,
	type RowOf,
} from '../core/entity.ts';

export const bookingStatuses = [
	'held',
	'confirmed',
	'received',
	'closed',
	'cancelled',
	'no_show',
	'expired',
] as const;
export type BookingStatus = (typeof bookingStatuses)[number];
export const bookingModes = ['drop_off', 'wait', 'pickup', 'doorstep'] as const;

/** A customer's appointment: which bike, where, when, for what. */
export const booking = entity(
	'booking',
	{
		id: id(),
		shopId: ref('shop'),
		customerId: ref('customer'),
		vehicleId: ref('vehicle'),
		/** Six signs without look-alikes, spoken on the phone. */
		code: shaped(/^[0-9A-HJKMNP-TV-Z]{6}$/, 6),
		source: oneOf(['app', 'walk_in', 'phone', 'admin']),
		mode: oneOf(bookingModes),
		status: oneOf(bookingStatuses),
		startAt: instant(),
		endAt: instant(),
		holdExpiresAt: optional(instant()),
		confirmedAt: optional(instant()),
		receivedAt: optional(instant()),
		closedAt: optional(instant()),
		promisedAt: optional(instant()),
		noShowSuspectedAt: optional(instant()),
		preferredWorkerId: optional(ref('worker')),
		/** Extra repairs up to this sum need no question. */
		extraLimitPaise: paise(),
		rescheduleCount: int(0, 100),
		cancelledAt: optional(instant()),
		cancelledBy: optional(oneOf(['customer', 'shop', 'system', 'admin'])),
		cancelReason: optional(text(300)),
		createdAt: instant(),
		version: int(1, 2_000_000_000),
	},
	{
		home: { collection: 'bookings' },
		indexes: [['shopId', 'status'], ['customerId'], ['vehicleId'], ['startAt']],
	},
);
export type Booking = RowOf<(typeof booking)['fields']>;

/** A line of what was booked, with name, minutes and price as they were then. */
export const bookingLine = entity(
	'booking_line',
	{
		id: id(),
		bookingId: ref('booking'),
		lineNo: int(1, 50),
		serviceTypeId: ref('service_type'),
		name: text(80, 1),
		minutes: int(5, 1_440),
		pricePaise: paise(),
		gstBps: int(0, 10_000),
	},
	{
		home: { collection: 'bookings', inside: { list: 'lines', by: 'bookingId' } },
		indexes: [['bookingId']],
	},
);
export type BookingLine = RowOf<(typeof bookingLine)['fields']>;
