import type { Edges } from '../core/law.ts';
import type { BookingStatus } from './entity.ts';

/**
 * While it is one of these, the bike is promised to be in the shop at that time. Apart from the
 * entity, so that a screen can ask a rule without carrying the parsers of all entities along.
 */
export const liveBookingStatuses = ['held', 'confirmed', 'received'] as const;

/**
 * How a booking may move on (docs/states.md). The rules do not ask this table: each of them knows by
 * itself from where it may start, and the law holds what they do together against this. Were both
 * read from one place, a mistake in it would be found by nobody. A mutator that needs another edge
 * brings it along.
 */
export const bookingEdges: Edges<BookingStatus> = {
	born: ['held'],
	from: {
		held: ['confirmed', 'received', 'expired'],
		confirmed: ['received', 'cancelled', 'no_show'],
		received: ['closed'],
		closed: [],
		cancelled: [],
		no_show: [],
		expired: ['confirmed'],
	},
};
