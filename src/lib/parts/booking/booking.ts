import type { Booking, BookingLine } from '#sync/booking/entity.ts';
import { isLapsed } from '#sync/booking/rules.ts';
import { totalWithGst } from '#sync/core/money.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Job } from '#sync/job/entity.ts';
import type { SideMark } from './read-marks.ts';

/** A booking as it lies on a device: with its lines inside. */
export type BookingDoc = Booking & {
	readonly lines: readonly BookingLine[];
	/** How far each side has looked at it. */
	readonly readMarks?: readonly SideMark[];
};

/** What the customer pays as booked, GST included. */
export const totalPaise = (booking: BookingDoc): number => totalWithGst(booking.lines);

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

/** Who took a step of the visit: the customer himself, the mechanic, or the shop at large. */
export function whoDid(
	step: Milestone['name'],
	{ source }: Pick<Booking, 'source'>,
	job: Worked | null,
	{ shop, nameOf }: { shop: string | undefined; nameOf: (workerId: string) => string | undefined },
): { readonly you: true } | { readonly name: string } | null {
	if (step === 'requested' || step === 'confirmed')
		return source === 'app' ? { you: true } : named(shop);
	if (step === 'received' || step === 'closed') return named(shop);
	const workerId = job && workedOn(job, step === 'started' ? 0 : -1);
	return named(workerId ? nameOf(workerId) : undefined);
}

/** Whose clock ran on it first or last; else who is responsible. */
const workedOn = ({ clocks, workerId }: Worked, which: 0 | -1): string | null =>
	clocks?.at(which)?.workerId ?? workerId;
type Worked = { readonly workerId: string | null; readonly clocks?: readonly Clock[] };
type Clock = { readonly workerId: string };
const named = (name: string | undefined) => (name === undefined ? null : { name });

/** The newest first: these are what people look at. Ids tell the time they were made. */
export const newestFirst = <T extends { readonly id: string }>(rows: readonly T[]): readonly T[] =>
	[...rows].sort((a, b) => (a.id < b.id ? 1 : -1));
