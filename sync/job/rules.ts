import { isLive as isLiveGrant, type Actor } from '../core/actor.ts';
import type { SharedRowIn } from '../core/entity.ts';
import { refuseUnless } from '../core/rejection.ts';
import { addMinutes, later, type Instant } from '../core/time.ts';
import type { Booking, BookingLine } from '../booking/entity.ts';
import type { assignment, Assignment, Job } from './entity.ts';
import { liveAssignmentStates } from './states.ts';

/** An assignment as phones have it too: why this worker was chosen is the office's. */
export type SharedAssignment = SharedRowIn<typeof assignment>;

/** It takes the worker's time. */
export const isLive = (each: Pick<Assignment, 'state'>): boolean =>
	(liveAssignmentStates as readonly string[]).includes(each.state);

/** The one assignment that counts; earlier ones are history. */
export const liveOf = <A extends SharedAssignment>(assignments: readonly A[]): A | undefined =>
	assignments.find(isLive);

/**
 * Only the worker whose job it is reports on it, and only as long as it is his: a phone that was away
 * tells the epoch it believes in. The owner of the shop may report in his place. Returns whose it is.
 */
export function refuseUnlessHis(actor: Actor, at: Instant, job: Job, epoch?: number): string {
	const grants = actor.grants.filter((each) => each.shopId === job.shopId && isLiveGrant(each, at));
	const his = grants.some(
		({ role, workerId }) =>
			role === 'owner' ||
			(role === 'worker' && workerId !== undefined && workerId === job.workerId),
	);
	refuseUnless(his && job.workerId !== null, 'not_assigned');
	refuseUnless(epoch === undefined || epoch === job.epoch, 'not_assigned');
	return job.workerId;
}

/** A visit that is agreed, and work that nobody has begun. */
export function refuseUnlessStaffable(job: Job, booking: Pick<Booking, 'status'>): void {
	const agreed = booking.status === 'confirmed' || booking.status === 'received';
	refuseUnless(agreed && job.status === 'pending' && job.voidAt === null, 'wrong_state');
}

/** Work begins once the bike is there. A second phone that tells the same start changes nothing. */
export function start(
	job: Job,
	booking: Pick<Booking, 'status'>,
	lines: readonly Pick<BookingLine, 'minutes'>[],
	at: Instant,
): Job {
	if (job.startedAt !== null) return job;
	refuseUnless(job.status === 'pending' && job.voidAt === null, 'wrong_state');
	refuseUnless(booking.status === 'received', 'wrong_state');
	const minutes = lines.reduce((sum, line) => sum + line.minutes, 0);
	const expectedEndAt = addMinutes(at, minutes);
	return { ...job, status: 'in_progress', startedAt: at, expectedEndAt };
}

/** The work is done; what is left is the bill. */
export function complete(job: Job, at: Instant): Job {
	if (job.status === 'completed' || job.status === 'billed') return job;
	refuseUnless(job.status === 'in_progress', 'wrong_state');
	return { ...job, status: 'completed', completedAt: later(at, job.startedAt ?? at) };
}

/** The job is this worker's, under this fencing number; a job whose hold had run out lives again. */
export const giveTo = (job: Job, workerId: string, epoch: number): Job => ({
	...job,
	workerId,
	epoch,
	voidAt: null,
});

/** Nobody's job for now; the number stays, and the next worker gets a higher one. */
export function takeBack(job: Job): Job {
	refuseUnless(job.status === 'pending' && job.voidAt === null, 'wrong_state');
	return { ...job, workerId: null };
}

/** The booking ended without work. */
export const abandon = (job: Job, at: Instant): Job =>
	job.voidAt === null ? { ...job, voidAt: at } : job;

/** The held time becomes a plan under the same number: the worker is the one whose time it was. */
export const plan = <A extends SharedAssignment>(held: A): A =>
	held.state === 'hold' ? { ...held, state: 'planned' } : held;

/** He knows of it and said yes. Work that goes on says more than a yes. */
export const acknowledge = <A extends SharedAssignment>(planned: A): A =>
	planned.state === 'planned' ? { ...planned, state: 'accepted' } : planned;

export const work = <A extends SharedAssignment>(ready: A): A =>
	isLive(ready) && ready.state !== 'working' ? { ...ready, state: 'working' } : ready;

/** The time is free again, and the row says until when it was his. */
export const end = <A extends SharedAssignment>(
	live: A,
	state: 'done' | 'released',
	at: Instant,
): A => (isLive(live) ? { ...live, state, endedAt: at } : live);
