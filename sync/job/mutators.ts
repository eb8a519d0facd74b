import * as z from 'zod/mini';
import { booking, bookingLine } from '../booking/entity.ts';
import { isLive as isLiveBooking } from '../booking/rules.ts';
import { grantFor } from '../core/actor.ts';
import { parse } from '../core/entity.ts';
import { mutator, type Context } from '../core/mutator.ts';
import { refuseUnless, Rejection, type Refusal } from '../core/rejection.ts';
import { later } from '../core/time.ts';
import { keepForReview } from '../notice/review.ts';
import { serviceType, shop } from '../shop/entity.ts';
import { needOf } from '../shop/rules.ts';
import { assignment, job, jobOffer, type Job } from './entity.ts';
import './events.ts';
import * as offers from './offer.ts';
import { assignmentFor, floorAround, place, sendAcknowledgement } from './placing.ts';
import * as rules from './rules.ts';
import { pauseOtherWork, stopClocks } from './clocks.ts';
import { acknowledge, ownWorkerId, take } from './taking.ts';

const ofJob = ({ jobId }: { jobId: string }) => ({ of: job, id: jobId });
const reportArgs = z.strictObject({
	jobId: parse.id,
	epoch: z.optional(parse.int(0, 1_000_000)),
});

/** Finds a worker for a visit that has none. Asked again while it has one, it changes nothing. */
export const assignJob = mutator({
	name: 'job.assign',
	version: 1,
	kind: 'request',
	by: ['customer', 'owner', 'admin'],
	args: z.strictObject({ bookingId: parse.id }),
	shopOf: ({ bookingId }) => ({ of: booking, id: bookingId }),
	where: 'server',
	offline: 'refuse',
	alone: true,
	async run(ctx, { bookingId }) {
		const { store, now, tell } = ctx;
		const visit = await store.get(booking, bookingId);
		const { shopId, customerId } = visit;
		grantFor(ctx.actor, ctx.at, { customer: customerId, owner: shopId, admin: true });
		const before = await jobOf(ctx, bookingId);
		const jobId = before.id;
		const ids = { bookingId, jobId };
		if (rules.liveOf(await store.list(assignment, { jobId })) && isLiveBooking(visit, now))
			return ids;
		rules.refuseUnlessStaffable(before, visit);

		const at = await store.get(shop, shopId);
		const startAt = later(visit.startAt, now);
		const lines = await store.list(bookingLine, { bookingId });
		const need = needOf(lines, await store.list(serviceType, { shopId }));
		const declined = await store.list(jobOffer, { jobId, status: 'declined' });
		const declinedBy = declined.map((each) => each.workerId);
		const { mode, preferredWorkerId } = visit;
		const order = { startAt, mode, need, preferredWorkerId, declinedBy };
		const placed = place(await floorAround(ctx, at, startAt), order, now);
		if (placed === null) throw new Rejection('nobody_free');

		const { workerId } = placed.placement;
		const given = rules.giveTo(before, workerId, before.epoch + 1);
		store.update(job, given);
		store.insert(assignment, assignmentFor(ctx.newId(), given, placed, 'planned', now));
		tell({ event: 'job.assigned', ...ids, shopId, workerId });
		await sendAcknowledgement(ctx, at, given, startAt);
		return ids;
	},
});

/** Work begins. A report: whoever was replaced meanwhile is heard, but moves nothing. */
export const startJob = mutator({
	name: 'job.start',
	version: 1,
	kind: 'report',
	by: ['worker', 'owner'],
	args: reportArgs,
	shopOf: ofJob,
	where: 'both',
	offline: 'queue',
	async run(ctx, { jobId, epoch }) {
		const { store, at } = ctx;
		const before = await store.get(job, jobId);
		const { bookingId, shopId } = before;
		grantFor(ctx.actor, at, { worker: shopId, owner: shopId });
		const workerId = rules.refuseUnlessHis(ctx.actor, at, before, epoch);
		const visit = await store.get(booking, bookingId);
		const lines = await store.list(bookingLine, { bookingId });
		const after = rules.start(before, visit, lines, at);
		if (after === before) return { jobId, bookingId };

		store.update(job, after);
		await pauseOtherWork(ctx, workerId, jobId);
		const time = rules.liveOf(await store.list(assignment, { jobId }));
		if (time) store.update(assignment, rules.work(time));
		const asked = offers.newestFor(await store.list(jobOffer, { jobId }), workerId);
		if (asked) store.update(jobOffer, offers.answerByWorking(asked, at));
		ctx.tell({ event: 'job.started', jobId, bookingId, shopId, workerId });
		return { jobId, bookingId };
	},
	late: (ctx, { jobId, epoch }, refusal) => review(ctx, 'job.start', { jobId, epoch, refusal }),
});

/** The work on the bike is done. */
export const completeJob = mutator({
	name: 'job.complete',
	version: 1,
	kind: 'report',
	by: ['worker', 'owner'],
	args: reportArgs,
	shopOf: ofJob,
	where: 'both',
	offline: 'queue',
	async run(ctx, { jobId, epoch }) {
		const { store, at } = ctx;
		const before = await store.get(job, jobId);
		const { bookingId, shopId } = before;
		grantFor(ctx.actor, at, { worker: shopId, owner: shopId });
		const workerId = rules.refuseUnlessHis(ctx.actor, at, before, epoch);
		const after = rules.complete(before, at);
		if (after === before) return { jobId, bookingId };

		store.update(job, after);
		await stopClocks(ctx, jobId);
		const time = rules.liveOf(await store.list(assignment, { jobId }));
		if (time) store.update(assignment, rules.end(time, 'done', at));
		ctx.tell({ event: 'job.completed', jobId, bookingId, shopId, workerId });
		return { jobId, bookingId };
	},
	late: (ctx, { jobId, epoch }, refusal) => review(ctx, 'job.complete', { jobId, epoch, refusal }),
});

/** A worker's yes: to a job that is his, or to one that nobody has. */
export const acceptJob = mutator({
	name: 'job.accept',
	version: 1,
	kind: 'request',
	by: ['worker'],
	args: z.strictObject({ jobId: parse.id }),
	shopOf: ofJob,
	where: 'both',
	offline: 'queue',
	alone: true,
	async run(ctx, { jobId }) {
		const before = await ctx.store.get(job, jobId);
		const workerId = ownWorkerId(ctx.actor, ctx.at, before);
		const time = rules.liveOf(await ctx.store.list(assignment, { jobId }));
		refuseUnless(time === undefined || time.workerId === workerId, 'already_taken');
		if (time) await acknowledge(ctx, before, time);
		else if (before.workerId !== workerId) await take(ctx, before, workerId);
		return { jobId, bookingId: before.bookingId };
	},
});

/** A worker gives a job back before he began it, and says why. It waits for somebody else. */
export const declineJob = mutator({
	name: 'job.decline',
	version: 1,
	kind: 'request',
	by: ['worker'],
	args: z.strictObject({ jobId: parse.id, reason: parse.text(300, 1) }),
	shopOf: ofJob,
	where: 'both',
	offline: 'queue',
	async run({ actor, at, now, store, newId, tell }, { jobId, reason }) {
		const before = await store.get(job, jobId);
		const { bookingId, shopId } = before;
		const workerId = ownWorkerId(actor, at, before);
		const asked = await store.list(jobOffer, { jobId });
		const newest = offers.newestFor(asked, workerId);
		const time = rules.liveOf(await store.list(assignment, { jobId }));
		if (time === undefined && newest?.status === 'declined') return { jobId, bookingId };

		refuseUnless(before.workerId === workerId, 'not_assigned');
		store.update(job, rules.takeBack(before));
		if (time) store.update(assignment, rules.end(time, 'released', now));
		if (newest && offers.isAnswerable(newest))
			store.update(jobOffer, offers.decline(newest, reason, now));
		else {
			const { id, ...about } = { id: newId(), jobId, shopId, workerId, seq: asked.length + 1 };
			store.insert(jobOffer, offers.declinedUnasked(id, about, reason, now));
		}
		tell({ event: 'job.declined', jobId, bookingId, shopId, workerId });
		return { jobId, bookingId };
	},
});

/** The clock closes an offer that nobody answered. The job stays whose it was. */
export const expireOffer = mutator({
	name: 'offer.expire',
	version: 1,
	kind: 'request',
	by: ['system'],
	args: z.strictObject({ offerId: parse.id }),
	shopOf: ({ offerId }) => ({ of: jobOffer, id: offerId }),
	where: 'server',
	offline: 'refuse',
	async run({ actor, at, now, store, tell }, { offerId }) {
		grantFor(actor, at, { system: true });
		const before = await store.get(jobOffer, offerId);
		const after = offers.expire(before, now);
		if (after === before) return;
		store.update(jobOffer, after);
		const { jobId, workerId } = after;
		tell({ event: 'offer.expired', offerId, jobId, workerId });
	},
});

async function jobOf({ store }: Context, bookingId: string): Promise<Job> {
	const [work] = await store.list(job, { bookingId });
	if (!work) throw new Rejection('not_found');
	return work;
}

type Late = {
	readonly jobId: string;
	readonly epoch?: number | undefined;
	readonly refusal: Refusal;
};

async function review(ctx: Context, what: string, { jobId, ...rest }: Late): Promise<void> {
	const { shopId, bookingId } = await ctx.store.get(job, jobId);
	keepForReview(ctx, { what, ...rest, shopId, bookingId, jobId });
}
