import type { Booking } from '#sync/booking/entity.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Job, SharedOffer } from '#sync/job/entity.ts';
import { liveOf, type SharedAssignment } from '#sync/job/rules.ts';
import type { WorkerTime } from '#sync/worker/entity.ts';

/** A job as it lies on a device: with who was responsible, what was asked, and the clocks. */
export type JobDoc = Job & {
	readonly assignments: readonly SharedAssignment[];
	readonly offers: readonly SharedOffer[];
	readonly clocks: readonly WorkerTime[];
};
/** A job and the booking it belongs to, which may not have reached this phone yet. */
export type Visit<B extends Booking = Booking> = {
	readonly job: JobDoc;
	readonly booking: B | undefined;
};

export type Step = 'accept' | 'receive' | 'start' | 'complete';

/** What the worker does next with a job that is his; null when nothing is left for him to do. */
export function nextStep({ job, booking }: Visit): Step | null {
	if (job.voidAt !== null) return null;
	if (job.status === 'in_progress') return 'complete';
	if (job.status !== 'pending') return null;
	if (booking?.status === 'received') return 'start';
	return isUnanswered(job) ? 'accept' : 'receive';
}

/** He has been given the job and has not said yes yet. */
const isUnanswered = (job: JobDoc): boolean => liveOf(job.assignments)?.state === 'planned';

/** An offer of this job that waits for this worker's answer. */
export const openOffer = (job: JobDoc, workerId: string): SharedOffer | undefined =>
	job.offers.find((offer) => offer.workerId === workerId && offer.status === 'sent');

/** In whose hands the job is, as far as this phone knows. */
export const isMine = (job: JobDoc, workerId: string): boolean => job.workerId === workerId;

/** Nobody has it, and its bike is expected or already there. */
export const isFree = ({ job, booking }: Visit): boolean =>
	job.voidAt === null &&
	job.status === 'pending' &&
	job.workerId === null &&
	(booking?.status === 'confirmed' || booking?.status === 'received');

/** The one being worked on first, then what waits for an answer, then by time. */
export function byUrgency(now: Instant): (a: Visit, b: Visit) => number {
	const rank = (visit: Visit) => {
		if (visit.job.status === 'in_progress') return 0;
		const open = visit.job.offers.some((each) => each.status === 'sent' && each.expiresAt > now);
		return open ? 1 : 2;
	};
	return (a, b) => rank(a) - rank(b) || compare(startOf(a), startOf(b));
}

const startOf = (visit: Visit): Instant => visit.booking?.startAt ?? '';
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
