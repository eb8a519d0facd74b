import { failing, offEdges, overlapping, type RowLaw } from '../core/law.ts';
import { booking, type Booking, type BookingStatus } from './entity.ts';
import { bookingEdges, liveBookingStatuses } from './states.ts';

export const bookingMovesByItsEdges: RowLaw = {
	name: 'booking_moves_by_its_edges',
	number: 12,
	says: 'A booking changes its status along the edges of docs/states.md only; what has ended stays.',
	about: [booking],
	broken: ({ changes, single }) =>
		offEdges(bookingEdges, (row: Booking) => row.status, changes(booking), single),
};

/** What must have happened, and so must have its time, before a booking can be so. */
const timesOf: Readonly<Record<BookingStatus, readonly (keyof Booking)[]>> = {
	held: ['holdExpiresAt'],
	confirmed: ['confirmedAt'],
	received: ['confirmedAt', 'receivedAt'],
	closed: ['confirmedAt', 'receivedAt', 'closedAt'],
	cancelled: ['cancelledAt'],
	no_show: ['confirmedAt'],
	expired: ['holdExpiresAt'],
};

export const bookingKnowsWhen: RowLaw = {
	name: 'booking_knows_when',
	number: 12,
	says: 'A booking has the time of every step that its status tells of.',
	about: [booking],
	broken: ({ rows }) =>
		failing(
			rows(booking),
			(row) => timesOf[row.status].every((time) => row[time] !== null),
			(row) => [row.status],
		),
};

export const bikeInOnePlace: RowLaw = {
	name: 'bike_in_one_place',
	number: null,
	says: 'A bike is promised to be in one place at a time.',
	about: [booking],
	broken: ({ rows }) => {
		const live = rows(booking).filter(({ status }) =>
			(liveBookingStatuses as readonly string[]).includes(status),
		);
		return overlapping(live, (each) => each.vehicleId);
	},
};
