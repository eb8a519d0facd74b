import type { Booking } from '#sync/booking/entity.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Side } from '#lib/ui/mark.ts';

/** How far one side of a visit has looked at it. */
export type SideMark = {
	readonly side: Side;
	readonly bookingVersion: number;
	readonly jobVersion: number;
	readonly at: Instant;
};
type Read = Pick<Booking, 'id' | 'version'> & { readonly readMarks?: readonly SideMark[] };

/** When that side last looked at it; null: never, or this phone has not heard of it. */
export const seenAtBy = (side: Side, booking: Read | undefined): Instant | null =>
	markOf(side, booking)?.at ?? null;

/** What a side sees that it has not seen yet, as the server must be told; null: nothing new. */
export function newTo(
	side: Side,
	booking: Read | undefined,
	job: { readonly version: number } | null | undefined,
) {
	if (!booking) return null;
	const mark = markOf(side, booking);
	const sight = {
		bookingId: booking.id,
		bookingVersion: booking.version,
		jobVersion: job?.version ?? 0,
	};
	const isNew =
		mark === undefined ||
		sight.bookingVersion > mark.bookingVersion ||
		sight.jobVersion > mark.jobVersion;
	return isNew ? sight : null;
}

const markOf = (side: Side, booking: Read | undefined): SideMark | undefined =>
	booking?.readMarks?.find((mark) => mark.side === side);
