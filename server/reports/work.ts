import { booking } from '#sync/booking/entity.ts';
import { grantFor, isLive, type Actor } from '#sync/core/actor.ts';
import { Rejection } from '#sync/core/rejection.ts';
import { addMs, dayMs, type Instant } from '#sync/core/time.ts';
import { assignment, job, jobOffer, type Job, type JobStatus } from '#sync/job/entity.ts';
import { liveAssignmentStates } from '#sync/job/states.ts';
import type { Reads } from '../db/port.ts';
import { listed, named } from './reads.ts';

/** Work that is not done is shown whenever it was planned; done work for a day. */
const unfinished: readonly JobStatus[] = ['pending', 'in_progress', 'extra_repair_found'];
/** A job asked for by its status is looked for this far back. */
const daysBack = 30;

/** What a worker has to do, what he is asked, and what nobody has yet in his shops. */
export async function workShown(
	reads: Reads,
	actor: Actor,
	now: Instant,
	status: JobStatus | undefined,
) {
	const grants = actor.grants.filter((each) => each.role === 'worker' && isLive(each, now));
	const workerIds = grants.flatMap((each) => each.workerId ?? []);
	const shopIds = grants.flatMap((each) => each.shopId ?? []);
	if (workerIds.length === 0) return { offers: [], jobs: [], queue: [] };
	const [own, offers, queue] = await Promise.all([
		ownJobs(reads, workerIds, now, status),
		listed(reads, jobOffer, { workerId: workerIds, status: 'sent' }),
		unassigned(reads, shopIds),
	]);
	const starts = await startsOf(reads, [...own, ...queue]);
	const startOf = (each: Job) => starts.get(each.bookingId) ?? null;
	return {
		offers: offers
			.filter((each) => each.expiresAt > now)
			.sort((a, b) => a.expiresAt.localeCompare(b.expiresAt))
			.map(({ id, jobId, kind, expiresAt }) => ({ id, jobId, kind, expiresAt })),
		jobs: own
			.map((each) => ({
				id: each.id,
				bookingId: each.bookingId,
				status: each.status,
				start: startOf(each),
				epoch: each.epoch,
			}))
			.sort(byStart),
		queue: queue
			.map((each) => ({ id: each.id, bookingId: each.bookingId, start: startOf(each) }))
			.sort(byStart),
	};
}

async function ownJobs(
	reads: Reads,
	workerIds: readonly string[],
	now: Instant,
	status: JobStatus | undefined,
): Promise<Job[]> {
	const live = await listed(reads, assignment, {
		workerId: workerIds,
		state: liveAssignmentStates,
	});
	const since = { from: addMs(now, -daysBack * dayMs), until: addMs(now, dayMs) };
	const done = await listed(reads, assignment, { workerId: workerIds, state: 'done' }, since);
	const ids = [...new Set([...live, ...done].map((each) => each.jobId))];
	const jobs = await named(reads, job, ids);
	const yesterday = addMs(now, -dayMs);
	const shown = (each: Job) =>
		status === undefined
			? unfinished.includes(each.status) || (each.completedAt ?? '') >= yesterday
			: each.status === status;
	return jobs.filter(
		(each) => each.voidAt === null && workerIds.includes(each.workerId ?? '') && shown(each),
	);
}

/** Confirmed or received work of these shops that nobody has: any skilled worker may take it. */
async function unassigned(reads: Reads, shopIds: readonly string[]): Promise<Job[]> {
	const jobs = await listed(reads, job, {
		shopId: shopIds,
		status: 'pending',
		workerId: null,
		voidAt: null,
	});
	if (jobs.length === 0) return [];
	const bookings = await named(
		reads,
		booking,
		jobs.map((each) => each.bookingId),
	);
	const waiting = new Set(
		bookings
			.filter((each) => each.status === 'confirmed' || each.status === 'received')
			.map((each) => each.id),
	);
	return jobs.filter((each) => waiting.has(each.bookingId));
}

async function startsOf(reads: Reads, jobs: readonly Job[]): Promise<Map<string, Instant>> {
	const ids = [...new Set(jobs.map((each) => each.bookingId))];
	const rows = await named(reads, booking, ids);
	return new Map(rows.map((each) => [each.id, each.startAt]));
}

const byStart = (a: { readonly start: Instant | null }, b: { readonly start: Instant | null }) =>
	(a.start ?? '').localeCompare(b.start ?? '');

/** The job of a booking; who may touch it is asked where it is touched. */
export async function jobOfBooking(reads: Reads, bookingId: string): Promise<string> {
	const [row] = await listed(reads, job, { bookingId });
	if (row === undefined) throw new Rejection('not_found');
	return row.id;
}

/** A job for the people of its shop; `not_found` for everybody else. */
export async function jobShown(
	reads: Reads,
	actor: Actor,
	now: Instant,
	jobId: string,
): Promise<Job> {
	const [row] = await named(reads, job, [jobId]);
	if (row === undefined) throw new Rejection('not_found');
	grantFor(actor, now, { worker: row.shopId, owner: row.shopId });
	return row;
}
