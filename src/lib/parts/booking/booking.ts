import type { Booking, BookingLine } from '#sync/booking/entity.ts';
import { isLapsed } from '#sync/booking/rules.ts';
import { gstOf, sumPaise } from '#sync/core/money.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Job } from '#sync/job/entity.ts';

/** A booking as it lies on a device: with its lines inside. */
export type BookingDoc = Booking & { readonly lines: readonly BookingLine[] };

/** What the customer pays as booked, GST included. */
export const totalPaise = (booking: BookingDoc): number =>
	sumPaise(booking.lines.map((line) => line.pricePaise + gstOf(line.pricePaise, line.gstBps)));

export const serviceNames = (booking: BookingDoc): string =>
	[...booking.lines]
		.sort((a, b) => a.lineNo - b.lineNo)
		.map((line) => line.name)
		.join(', ');

/** How a visit stands, as the key of its words: once the bike is in, the work says more. */
export function standingOf(
	booking: Booking,
	job: Pick<Job, 'status'> | undefined,
	now: Instant,
): `bookingStatus.${Booking['status']}` | `jobStatus.${Job['status']}` {
	if (isLapsed(booking, now)) return 'bookingStatus.expired';
	const begun = job !== undefined && job.status !== 'pending';
	return booking.status === 'received' && begun
		? `jobStatus.${job.status}`
		: `bookingStatus.${booking.status}`;
}

const milestones = [
	'requested',
	'confirmed',
	'received',
	'started',
	'completed',
	'closed',
] as const;
export type Milestone = { readonly name: (typeof milestones)[number]; readonly at: Instant | null };

/** The visit from the request until the bike is picked up, with the time of what has happened. */
export function milestonesOf(booking: Booking, job: Job | null): readonly Milestone[] {
	const times: Record<(typeof milestones)[number], Instant | null> = {
		requested: booking.createdAt,
		confirmed: booking.confirmedAt,
		received: booking.receivedAt,
		started: job?.startedAt ?? null,
		completed: job?.completedAt ?? null,
		closed: booking.closedAt,
	};
	return milestones.map((name) => ({ name, at: times[name] }));
}
