import * as z from 'zod/mini';
import { grantFor, isLive as isLiveGrant } from '../core/actor.ts';
import { parse } from '../core/entity.ts';
import type { Context } from '../core/mutator.ts';
import { refuseUnless, Rejection } from '../core/rejection.ts';
import { customer } from '../customer/entity.ts';
import { assignment, job } from '../job/entity.ts';
import { assignmentFor, floorAround, place, type Placed } from '../job/placing.ts';
import { servicePrice, serviceType, shop, type Shop } from '../shop/entity.ts';
import { policyOf } from '../shop/policy.ts';
import { itemsOf, needOf, type Item } from '../shop/rules.ts';
import { whyNotFree, type SlotInput } from '../slot/rules.ts';
import { vehicle, type Vehicle } from '../vehicle/entity.ts';
import { booking, bookingLine, bookingModes, type Booking } from './entity.ts';
import { bookingCode, holdUntil } from './rules.ts';

export const requestArgs = z.strictObject({
	shopId: parse.id,
	vehicleId: parse.id,
	serviceTypeIds: z.array(parse.id).check(
		z.minLength(1),
		z.maxLength(10),
		z.refine((ids) => new Set(ids).size === ids.length),
	),
	startAt: parse.instant,
	mode: z.optional(z.enum(bookingModes)),
	preferredWorkerId: z.optional(parse.id),
	extraLimitPaise: z.optional(parse.int(0, 10_000_000)),
});
type RequestArgs = z.output<typeof requestArgs>;

/** A request with all it names looked up. */
export type Wish = {
	readonly shop: Shop;
	readonly bike: Vehicle;
	readonly items: readonly Item[];
	readonly source: 'app' | 'phone';
	/** What the calendar of the shop is asked. */
	readonly order: Pick<SlotInput, 'need' | 'mode'> &
		Partial<Pick<SlotInput, 'noticeMinutes'>> & {
			readonly startAt: string;
			readonly preferredWorkerId: string | null;
		};
};

/** Looks up what was asked for; what is not this shop's is `not_found`. */
export async function wishOf(
	{ store }: Context,
	args: RequestArgs,
	source: Wish['source'],
): Promise<Wish> {
	const { shopId, startAt, mode = 'drop_off', preferredWorkerId = null } = args;
	const bike = await store.get(vehicle, args.vehicleId);
	const services = await store.list(serviceType, { shopId });
	const prices = await store.list(servicePrice, { shopId });
	const items = itemsOf(args.serviceTypeIds, services, prices, bike.class);
	const need = needOf(items, services);
	const order = { startAt, mode, need, preferredWorkerId };
	// A bike whose owner is on the phone can be brought at once.
	const notice = source === 'phone' ? { noticeMinutes: 0 } : {};
	return {
		shop: await store.get(shop, shopId),
		bike,
		items,
		source,
		order: { ...order, ...notice },
	};
}

/** Who may ask: whose bike it is, or on his behalf the owner of a shop that knows him. */
export async function askedBy(
	ctx: Context,
	{ vehicleId, shopId }: Pick<RequestArgs, 'vehicleId' | 'shopId'>,
): Promise<Wish['source']> {
	const { actor, at } = ctx;
	const { customerId, retiredAt } = await ctx.store.get(vehicle, vehicleId);
	const isHis = actor.grants.some(
		(each) => each.role === 'customer' && each.customerId === customerId && isLiveGrant(each, at),
	);
	if (!isHis) grantFor(actor, at, { owner: shopId });
	refuseUnless(retiredAt === null, 'not_found');
	refuseUnless(isHis || (await isKnownTo(ctx, shopId, customerId)), 'not_found');
	return isHis ? 'app' : 'phone';
}

/** The worker whose time is held, or why there is none. */
export async function findPlace(ctx: Context, wish: Wish): Promise<Placed> {
	const { order } = wish;
	const floor = await floorAround(ctx, wish.shop, order.startAt);
	const known = floor.workers.some((each) => each.id === order.preferredWorkerId);
	refuseUnless(order.preferredWorkerId === null || known, 'not_found');
	const why = whyNotFree({ ...floor, ...order, now: ctx.now }, order.startAt);
	if (why !== null) throw new Rejection(why);
	const placed = place(floor, order, ctx.now);
	if (placed === null) throw new Rejection('slot_taken');
	return placed;
}

/**
 * Writes the hold: booking with its lines as they are today, job, and the worker's time. The time is
 * his from this second; his name may still change, so the job does not bear it yet.
 */
export async function insertHold(
	ctx: Context,
	{ bookingId, jobId }: { readonly bookingId: string; readonly jobId: string },
	wish: Wish,
	placed: Placed,
	extraLimitPaise: number,
): Promise<Booking> {
	const { store, now, newId } = ctx;
	const { id: shopId } = wish.shop;
	const held = await heldBooking(ctx, bookingId, wish, placed, extraLimitPaise);
	store.insert(booking, held);
	wish.items.forEach((item, index) =>
		store.insert(bookingLine, { id: newId(), bookingId, lineNo: index + 1, ...item }),
	);
	store.insert(job, {
		id: jobId,
		bookingId,
		shopId,
		status: 'pending',
		workerId: null,
		epoch: 1,
		startedAt: null,
		expectedEndAt: null,
		completedAt: null,
		billedAt: null,
		voidAt: null,
		version: 1,
	});
	const numbered = { id: jobId, shopId, epoch: 1 };
	store.insert(assignment, assignmentFor(newId(), numbered, placed, 'hold', now));
	return held;
}

async function heldBooking(
	ctx: Context,
	id: string,
	{ shop: { id: shopId, policy }, bike, source, order }: Wish,
	{ placement }: Placed,
	extraLimitPaise: number,
): Promise<Booking> {
	return {
		id,
		shopId,
		customerId: bike.customerId,
		vehicleId: bike.id,
		code: await freeCode(ctx, shopId, id),
		source,
		mode: order.mode,
		status: 'held',
		startAt: placement.startAt,
		endAt: placement.endAt,
		holdExpiresAt: holdUntil(ctx.now, policyOf({ policy }).holdMinutes),
		confirmedAt: null,
		receivedAt: null,
		closedAt: null,
		promisedAt: null,
		noShowSuspectedAt: null,
		preferredWorkerId: order.preferredWorkerId,
		extraLimitPaise,
		rescheduleCount: 0,
		cancelledAt: null,
		cancelledBy: null,
		cancelReason: null,
		createdAt: ctx.now,
		version: 1,
	};
}

async function isKnownTo({ store }: Context, shopId: string, customerId: string): Promise<boolean> {
	const { createdByShopId } = await store.get(customer, customerId);
	if (createdByShopId === shopId) return true;
	return (await store.list(booking, { shopId, customerId })).length > 0;
}

async function freeCode({ store }: Context, shopId: string, bookingId: string): Promise<string> {
	for (let attempt = 0; ; attempt += 1) {
		const code = bookingCode(bookingId, attempt);
		if ((await store.list(booking, { shopId, code })).length === 0) return code;
	}
}
