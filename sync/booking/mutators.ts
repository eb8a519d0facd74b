import * as z from 'zod/mini';
import { grantFor } from '../core/actor.ts';
import { parse } from '../core/entity.ts';
import { mutator } from '../core/mutator.ts';
import { assert, type Refusal } from '../core/rejection.ts';
import { assignment, job } from '../job/entity.ts';
import { sendAcknowledgement } from '../job/placing.ts';
import { giveTo, liveOf, plan } from '../job/rules.ts';
import { keepForReview } from '../notice/review.ts';
import { shop } from '../shop/entity.ts';
import { vehicle } from '../vehicle/entity.ts';
import { confirmHeld, needFor, placeAnew } from './confirming.ts';
import { booking } from './entity.ts';
import './events.ts';
import { alternatives, clearLapsed, refuseUnlessRoom, takeBack } from './holding.ts';
import { askedBy, findPlace, insertHold, requestArgs, wishOf } from './request.ts';
import * as rules from './rules.ts';

const ofBooking = ({ bookingId }: { bookingId: string }) => ({ of: booking, id: bookingId });
const aboutTime: readonly Refusal[] = ['slot_taken', 'slot_past', 'slot_too_far', 'shop_paused'];

/** Holds a time for a bike for some minutes. Nothing is promised yet, but nobody else gets it. */
export const requestBooking = mutator({
	name: 'booking.request',
	version: 1,
	kind: 'request',
	by: ['customer', 'owner'],
	args: requestArgs,
	shopOf: ({ shopId }) => ({ shopId }),
	customerOf: ({ vehicleId }) => ({ of: vehicle, id: vehicleId }),
	where: 'server',
	offline: 'queue',
	alone: true,
	async run(ctx, args) {
		const ids = { bookingId: ctx.newId(), jobId: ctx.newId() };
		const wish = await wishOf(ctx, args, await askedBy(ctx, args));
		await clearLapsed(ctx, args.shopId, args.vehicleId);
		const placed = await findPlace(ctx, wish);
		const { bookingId, jobId } = ids;
		const held = await insertHold(ctx, ids, wish, placed, args.extraLimitPaise ?? 0);
		await refuseUnlessRoom(ctx, held, wish.shop);
		const { shopId, holdExpiresAt } = held;
		assert(holdExpiresAt !== null, 'a hold has an end');
		ctx.tell({ event: 'booking.held', bookingId, shopId, holdExpiresAt });
		return { bookingId, jobId };
	},
	async explain(ctx, args, refusal) {
		if (!aboutTime.includes(refusal)) return {};
		const { shop: at, order } = await wishOf(ctx, args, 'app');
		return alternatives(ctx, at, order);
	},
});

/** The customer's yes: from now on a worker has the job, at whatever distance the start is. */
export const confirmBooking = mutator({
	name: 'booking.confirm',
	version: 1,
	kind: 'request',
	by: ['customer'],
	args: z.strictObject({ bookingId: parse.id }),
	shopOf: ofBooking,
	customerOf: ofBooking,
	where: 'server',
	offline: 'refuse',
	alone: true,
	async run(ctx, { bookingId }) {
		const before = await ctx.store.get(booking, bookingId);
		grantFor(ctx.actor, ctx.at, { customer: before.customerId });
		const [work] = await ctx.store.list(job, { bookingId });
		assert(work !== undefined, 'every booking has a job');
		const ids = { bookingId, jobId: work.id };
		if (rules.wasConfirmed(before)) return ids;

		const settle = before.status === 'expired' ? placeAnew : confirmHeld;
		const given = await settle(ctx, before, work);
		const { shopId, startAt } = before;
		const workerId = String(given.workerId);
		ctx.tell({ event: 'booking.confirmed', ...ids, shopId, workerId });
		await sendAcknowledgement(ctx, await ctx.store.get(shop, shopId), given, startAt);
		return ids;
	},
	async explain(ctx, { bookingId }, refusal) {
		if (refusal !== 'hold_expired' && refusal !== 'slot_taken') return {};
		const lost = await ctx.store.get(booking, bookingId);
		const need = await needFor(ctx, lost);
		return alternatives(ctx, await ctx.store.get(shop, lost.shopId), { ...lost, need });
	},
});

/** The clock takes back a hold that nobody confirmed. */
export const expireBooking = mutator({
	name: 'booking.expire',
	version: 1,
	kind: 'request',
	by: ['system'],
	args: z.strictObject({ bookingId: parse.id }),
	shopOf: ofBooking,
	where: 'server',
	offline: 'refuse',
	async run(ctx, { bookingId }) {
		grantFor(ctx.actor, ctx.at, { system: true });
		await takeBack(ctx, [await ctx.store.get(booking, bookingId)]);
	},
});

/** The bike stands in the shop. A report: it is kept even when the booking says otherwise. */
export const receiveBooking = mutator({
	name: 'booking.receive',
	version: 1,
	kind: 'report',
	by: ['worker', 'owner'],
	args: z.strictObject({ bookingId: parse.id, odometerKm: z.optional(parse.int(0, 2_000_000)) }),
	shopOf: ofBooking,
	where: 'both',
	offline: 'queue',
	async run({ actor, at, store, tell }, { bookingId, odometerKm }) {
		const before = await store.get(booking, bookingId);
		const { shopId, vehicleId } = before;
		grantFor(actor, at, { worker: shopId, owner: shopId });
		const after = rules.receive(before, at);
		if (after === before) return { bookingId };

		store.update(booking, after);
		const [work] = await store.list(job, { bookingId });
		const time = work && liveOf(await store.list(assignment, { jobId: work.id }));
		if (work && time?.state === 'hold') {
			store.update(assignment, plan(time));
			store.update(job, giveTo(work, time.workerId, time.epoch));
		}
		const bike = odometerKm === undefined ? null : await store.find(vehicle, vehicleId);
		if (bike) store.update(vehicle, { ...bike, odometerKm: odometerKm ?? null });
		tell({ event: 'booking.received', bookingId, shopId });
		return { bookingId };
	},
	async late(ctx, { bookingId }, refusal) {
		const { shopId } = await ctx.store.get(booking, bookingId);
		keepForReview(ctx, { what: 'booking.receive', refusal, shopId, bookingId });
	},
});
