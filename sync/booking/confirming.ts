import type { Context } from '../core/mutator.ts';
import { assert, refuseUnless, Rejection } from '../core/rejection.ts';
import { assignment, job, type Job } from '../job/entity.ts';
import { assignmentFor, floorAround, place } from '../job/placing.ts';
import { giveTo, liveOf, plan } from '../job/rules.ts';
import { serviceType, shop, type Shop } from '../shop/entity.ts';
import { isServing, needOf } from '../shop/rules.ts';
import { booking, bookingLine, type Booking } from './entity.ts';
import { clearLapsed, refuseUnlessRoom } from './holding.ts';
import { confirm, confirmAnew, isLapsed } from './rules.ts';

/** The held time becomes the worker's plan, under the number it was held with. */
export async function confirmHeld(ctx: Context, held: Booking, work: Job): Promise<Job> {
	const { store, now } = ctx;
	const after = confirm(held, now);
	if (isLapsed(held, now)) await refuseUnlessStillGood(ctx, held);
	const time = liveOf(await store.list(assignment, { jobId: work.id }));
	assert(time !== undefined, 'a held booking holds a time');
	const given = giveTo(work, time.workerId, time.epoch);
	store.update(booking, after);
	store.update(assignment, plan(time));
	store.update(job, given);
	return given;
}

/**
 * The hold ran out and its time was given back. If the same start can still be staffed the customer
 * need not choose again: it is placed anew, under the next number, perhaps with another worker.
 */
export async function placeAnew(ctx: Context, expired: Booking, work: Job): Promise<Job> {
	const { store, now, newId } = ctx;
	const { shopId, startAt, mode, preferredWorkerId } = expired;
	await clearLapsed(ctx, shopId, expired.vehicleId);
	const at = await refuseUnlessStillGood(ctx, expired);
	const floor = await floorAround(ctx, at, startAt);
	const need = await needFor(ctx, expired);
	const placed = place(floor, { startAt, mode, need, preferredWorkerId }, now);
	if (placed === null) throw new Rejection('hold_expired');
	const after = confirmAnew(expired, placed.placement.endAt, now);
	await refuseUnlessRoom(ctx, after, at);
	const given = giveTo(work, placed.placement.workerId, work.epoch + 1);
	store.update(booking, after);
	store.update(job, given);
	store.insert(assignment, assignmentFor(newId(), given, placed, 'planned', now));
	return given;
}

/** What the visit needs of a worker, from its lines: prices and minutes are those of the booking. */
export async function needFor({ store }: Context, { id, shopId }: Booking) {
	const lines = await store.list(bookingLine, { bookingId: id });
	return needOf(lines, await store.list(serviceType, { shopId }));
}

async function refuseUnlessStillGood(ctx: Context, lapsed: Booking): Promise<Shop> {
	const at = await ctx.store.get(shop, lapsed.shopId);
	refuseUnless(isServing(at, lapsed.startAt), 'shop_paused');
	refuseUnless(ctx.now < lapsed.startAt, 'hold_expired');
	await refuseUnlessRoom(ctx, lapsed, at);
	return at;
}
