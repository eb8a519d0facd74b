import { mix } from '../core/id.ts';
import { refuseUnless } from '../core/rejection.ts';
import { addMinutes, type Instant } from '../core/time.ts';
import type { Booking } from './entity.ts';
import { liveBookingStatuses } from './states.ts';

type Time = Pick<Booking, 'startAt' | 'endAt'>;

/** A hold whose minutes are over, whether or not the clock has already taken it back. */
export const isLapsed = (booking: Booking, now: Instant): boolean =>
	booking.status === 'held' && booking.holdExpiresAt !== null && booking.holdExpiresAt <= now;

/** The bike is promised to be there: a lapsed hold promises nothing. */
export const isLive = (booking: Booking, now: Instant): boolean =>
	(liveBookingStatuses as readonly string[]).includes(booking.status) && !isLapsed(booking, now);

/** Half open: the bike may go from one visit straight to the next. */
export const overlap = (a: Time, b: Time): boolean => a.startAt < b.endAt && b.startAt < a.endAt;

/** A customer keeps few appointments at once, so that one phone cannot empty a shop's week. */
export function refuseUnlessFewer(live: readonly Booking[], liveBookingsMax: number): void {
	refuseUnless(live.length < liveBookingsMax, 'too_many_bookings');
}

/** A bike is in one place at a time. */
export function refuseUnlessBikeFree(live: readonly Booking[], time: Time): void {
	refuseUnless(!live.some((each) => overlap(each, time)), 'vehicle_busy');
}

/** The time is his until then; the clock takes it back later, or whoever wants it next. */
export const holdUntil = (now: Instant, holdMinutes: number): Instant =>
	addMinutes(now, holdMinutes);

/**
 * The customer's yes. A lapsed hold that nobody took back still keeps its time, so a yes that comes
 * a little late is as good; once it is `expired`, the time has to be found anew (`confirmAnew`).
 */
export function confirm(booking: Booking, now: Instant): Booking {
	if (wasConfirmed(booking)) return booking;
	refuseUnless(booking.status === 'held', 'wrong_state');
	return confirmed(booking, now);
}

/** The customer's yes to a hold that ran out, at the same start, as long as that can be staffed. */
export function confirmAnew(booking: Booking, endAt: Instant, now: Instant): Booking {
	refuseUnless(booking.status === 'expired', 'wrong_state');
	return confirmed({ ...booking, endAt }, now);
}

/** Whether a yes was already taken: pressing again changes nothing, nor does it after the bike came. */
export const wasConfirmed = (booking: Booking): boolean =>
	booking.status === 'confirmed' || booking.status === 'received';

/** Gives the time back. Harmless when it was confirmed meanwhile, or is not over yet. */
export function expire(booking: Booking, now: Instant): Booking {
	return isLapsed(booking, now) ? { ...booking, status: 'expired' } : booking;
}

/**
 * The bike is in the shop. That is a fact, and it stops every penalty for good; a hold that was live
 * when the bike came is confirmed by it, for nobody says yes more clearly than by coming.
 */
export function receive(booking: Booking, at: Instant): Booking {
	if (booking.status === 'received' || booking.status === 'closed') return booking;
	const held = booking.status === 'held' && !isLapsed(booking, at);
	refuseUnless(booking.status === 'confirmed' || held, 'wrong_state');
	const sure = held ? confirmed(booking, at) : booking;
	return { ...sure, status: 'received', receivedAt: at };
}

/**
 * Six signs without look-alikes that a person can say on the phone. They come from the booking's id,
 * so that a repeated mutation makes the same; `attempt` counts up while the shop has that code.
 */
export function bookingCode(bookingId: string, attempt: number): string {
	const words = [mix(bookingId, 2 * attempt + 101), mix(bookingId, 2 * attempt + 102)];
	return words.map(threeSigns).join('');
}

const signs = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const threeSigns = (word: number): string =>
	[0, 5, 10].map((shift) => signs.charAt((word >>> shift) & 31)).join('');

const confirmed = (booking: Booking, at: Instant): Booking => ({
	...booking,
	status: 'confirmed',
	confirmedAt: at,
	promisedAt: booking.endAt,
});
