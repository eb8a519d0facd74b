import type { Booking } from '#sync/booking/entity.ts';
import { localDay, msOf, type Instant } from '#sync/core/time.ts';
import type { Job } from '#sync/job/entity.ts';
import type { Extras, Refusal } from '#sync/core/rejection.ts';
import type { PendingWork } from '#lib/device/sync/device.ts';
import type { Fate, Mark, Remembered } from '#lib/device/sync/marks.ts';
import type { Difference, Subject } from '#lib/device/sync/store.ts';
import type { Side } from '#lib/ui/mark.ts';
import { standingOf } from '#lib/parts/booking/booking.ts';

/** Something the person did, as its card tells it. */
export type Action = {
	readonly id: string;
	/** The mutator. */
	readonly name: string;
	readonly subject: Subject | null;
	readonly state: Mark['state'];
	/** By the phone's clock, while nothing has ended. */
	readonly doneAt: Instant;
	/** By the server's clock; null: not ended. */
	readonly endedAt: Instant | null;
	readonly wasSo: boolean;
	/** It ended otherwise than its author believes, and he has not read that. */
	readonly isOpen: boolean;
	readonly refusal: Refusal | null;
	/** As far as this phone knows, the rules say no; the shop decides. */
	readonly doubt: Refusal | null;
	readonly extras: Extras;
	readonly differences: readonly Difference[];
	readonly about: ReadonlySet<string>;
};

/** Work that is not settled. */
export const waitingAction = (work: PendingWork): Action => ({
	...{ id: work.id, name: work.name, subject: work.subject ?? null, state: work.status },
	...{ doneAt: work.enqueuedAt, endedAt: null, wasSo: false, refusal: null, extras: {} },
	...{ isOpen: false, doubt: work.doubt, differences: [], about: work.about },
});

/** Work that has ended; `state` and `isOpen` are the marks' to judge. */
export const endedAction = (entry: Remembered, state: Fate, isOpen: boolean): Action => ({
	...{ id: entry.id, name: entry.name, subject: entry.subject ?? null, state },
	...{ doneAt: entry.enqueuedAt, endedAt: entry.endedAt, wasSo: entry.status === 'noop' },
	...{ refusal: entry.refusal, extras: entry.extras ?? {}, differences: entry.differences ?? [] },
	...{ isOpen, doubt: null, about: entry.about },
});

/** The visits on this phone, found by the ids of either half. */
export type Visits<B extends Booking, J extends Job> = {
	readonly bookings: ReadonlyMap<string, B>;
	/** By its own id and by that of its booking. */
	readonly jobs: ReadonlyMap<string, J>;
};

export const visitsOf = <B extends Booking, J extends Job>(
	bookings: readonly B[],
	jobs: readonly J[],
): Visits<B, J> => ({
	bookings: new Map(bookings.map((booking) => [booking.id, booking])),
	jobs: new Map(jobs.flatMap((job) => [[job.id, job] as const, [job.bookingId, job] as const])),
});

/** The visit an action was about, as far as it is still here. */
export function visitOf<B extends Booking, J extends Job>(
	{ subject, about }: Pick<Action, 'subject' | 'about'>,
	{ bookings, jobs }: Visits<B, J>,
): { readonly booking: B | undefined; readonly job: J | undefined } {
	const named = subject?.bookingId;
	const ids = named === undefined ? [...about] : [named, ...about];
	const job = ids.map((id) => jobs.get(id)).find((found) => found !== undefined);
	const booking = [...ids, ...(job ? [job.bookingId] : [])]
		.map((id) => bookings.get(id))
		.find((found) => found !== undefined);
	return { booking, job: job ?? (booking && jobs.get(booking.id)) };
}

/** What is true now, as the key of its words; null where that is no question. */
export function truthOf(
	action: Pick<Action, 'subject' | 'name'>,
	{ booking, job }: { readonly booking: Booking | undefined; readonly job: Job | undefined },
	now: Instant,
) {
	if (booking) return standingOf(booking, job, now);
	if (job) return `jobStatus.${job.status}` as const;
	return isAboutVisit(action) ? ('activity.gone' as const) : null;
}

/** A request that was refused never made a visit: there is nothing that could have gone. */
const isAboutVisit = ({ subject, name }: Pick<Action, 'subject' | 'name'>): boolean =>
	name !== 'booking.request' && (subject?.bookingId !== undefined || name.startsWith('job.'));

/** The one thing to do about it. */
export type NextStep = 'take_back' | 'new_time' | 'again' | 'see_booking' | 'see_job';

const worthAgain: readonly Refusal[] = [
	'id_taken',
	'key_reused',
	'depends_on',
	'not_signed_in',
	'needs_network',
	'too_many_attempts',
	'device_revoked',
];
const aboutTime: readonly Refusal[] = [
	'slot_taken',
	'slot_past',
	'slot_too_far',
	'nobody_free',
	'hold_expired',
	'vehicle_busy',
];

export function nextStepOf(
	{ state, name, refusal, isOpen }: Pick<Action, 'state' | 'name' | 'refusal' | 'isOpen'>,
	here: Here,
): NextStep | null {
	if (state === 'queued') return 'take_back';
	if (state === 'lost') return null; // What it was about is gone with the old data.
	const mend = isOpen && state === 'refused' ? mendFor(name, refusal) : null;
	return mend ?? (otherSideOf(name) === 'customer' ? seeJob(here) : seeBooking(here));
}

function mendFor(name: string, refusal: Refusal | null): NextStep | null {
	if (refusal === null) return null;
	if (name.startsWith('booking.') && aboutTime.includes(refusal)) return 'new_time';
	return worthAgain.includes(refusal) ? 'again' : null;
}

/** Which half of the visit this person has a page for. */
type Here = { readonly booking: boolean; readonly job: boolean };
const seeJob = ({ job }: Here) => (job ? 'see_job' : null);
const seeBooking = ({ booking }: Here) => (booking ? 'see_booking' : null);

/** Who looks from the other side at what was done. */
export const otherSideOf = (name: string): Side =>
	name.startsWith('job.') || name === 'booking.receive' ? 'customer' : 'shop';

/** By day as the garage counts them, in the order in which they come. */
export function byDay(
	zone: string,
	actions: readonly Action[],
): readonly { readonly day: string; readonly actions: readonly Action[] }[] {
	const days = new Map<string, Action[]>();
	for (const action of actions) {
		const day = localDay(zone, action.endedAt ?? action.doneAt);
		days.set(day, [...(days.get(day) ?? []), action]);
	}
	return [...days].map(([day, of]) => ({ day, actions: of }));
}

/** How long something waits, in the unit that a person would say. */
export function ageOf(since: Instant, now: Instant) {
	const minutes = Math.floor((msOf(now) - msOf(since)) / 60_000);
	if (minutes < 1) return null;
	if (minutes < 60) return { key: 'activity.waitsFor', count: minutes } as const;
	if (minutes < 48 * 60)
		return { key: 'activity.waitsHours', count: Math.floor(minutes / 60) } as const;
	return { key: 'activity.waitsDays', count: Math.floor(minutes / 1_440) } as const;
}
