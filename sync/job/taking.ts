import { booking, bookingLine } from '../booking/entity.ts';
import { grantFor, type Actor } from '../core/actor.ts';
import type { Context } from '../core/mutator.ts';
import { refuseUnless, Rejection } from '../core/rejection.ts';
import { addMinutes, later, type Instant } from '../core/time.ts';
import { serviceType } from '../shop/entity.ts';
import { needOf } from '../shop/rules.ts';
import { worker } from '../worker/entity.ts';
import { hasSkills } from '../worker/rules.ts';
import { assignment, job, jobOffer, type Job } from './entity.ts';
import { liveAssignmentStates } from './states.ts';
import * as offers from './offer.ts';
import * as rules from './rules.ts';

/** The worker this person is in the shop of the job; `not_found` for whoever works elsewhere. */
export function ownWorkerId(actor: Actor, at: Instant, { shopId }: Job): string {
	const { workerId } = grantFor(actor, at, { worker: shopId });
	if (workerId === undefined) throw new Rejection('not_found');
	return workerId;
}

/** His yes to a job that is his already. */
export async function acknowledge(
	{ store, now, tell }: Context<'both'>,
	{ id: jobId, bookingId, shopId }: Job,
	time: rules.SharedAssignment,
): Promise<void> {
	refuseUnless(time.state !== 'hold', 'wrong_state');
	const { workerId } = time;
	const asked = offers.newestFor(await store.list(jobOffer, { jobId }), workerId);
	const answered = asked && offers.accept(asked, now);
	const known = rules.acknowledge(time);
	if (answered) store.update(jobOffer, answered);
	store.update(assignment, known);
	const isNews = answered !== asked || known !== time;
	if (isNews) tell({ event: 'job.accepted', jobId, bookingId, shopId, workerId });
}

/**
 * He takes a job of his shop that nobody has. What he can do and what he has promised to others at
 * that time still counts; his shift does not: he says himself when he works.
 */
export async function take(ctx: Context<'both'>, before: Job, workerId: string): Promise<void> {
	const { store, now, newId, tell } = ctx;
	const { id: jobId, bookingId, shopId } = before;
	const asked = offers.newestFor(await store.list(jobOffer, { jobId }), workerId);
	if (asked) store.update(jobOffer, offers.accept(asked, now));
	rules.refuseUnlessStaffable(before, await store.get(booking, bookingId));
	const during = await timeFor(ctx, before, workerId);
	const state = liveAssignmentStates;
	const others = await store.list(assignment, { workerId, state }, during);
	refuseUnless(others.length === 0, 'worker_busy');

	const given = rules.giveTo(before, workerId, before.epoch + 1);
	store.update(job, given);
	store.insert(assignment, {
		id: newId(),
		jobId,
		shopId,
		workerId,
		epoch: given.epoch,
		startAt: during.from,
		endAt: during.until,
		state: 'accepted',
		reason: { chosenBy: 'worker' },
		assignedBy: 'worker',
		overbook: false,
		createdAt: now,
		endedAt: null,
	});
	tell({ event: 'job.taken', jobId, bookingId, shopId, workerId });
}

/** When he would work on it: as booked, or from now on when that has passed. */
async function timeFor(
	{ store, now }: Context<'both'>,
	{ bookingId, shopId }: Job,
	workerId: string,
) {
	const visit = await store.get(booking, bookingId);
	const lines = await store.list(bookingLine, { bookingId });
	const need = needOf(lines, await store.list(serviceType, { shopId }));
	refuseUnless(hasSkills(await store.get(worker, workerId), need.skills), 'skill_missing');
	const from = later(visit.startAt, now);
	const ready = later(visit.endAt, addMinutes(from, need.minutes));
	return { from, until: addMinutes(ready, need.bufferMinutes) };
}
