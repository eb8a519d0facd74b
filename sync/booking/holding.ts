import type { Context } from '../core/mutator.ts';
import type { Extras } from '../core/rejection.ts';
import { addDays, instantAt, localDay, type Instant } from '../core/time.ts';
import { assignment, job } from '../job/entity.ts';
import { abandon, end } from '../job/rules.ts';
import type { Shop } from '../shop/entity.ts';
import { policyOf } from '../shop/policy.ts';
import { nearestFree, type SlotInput } from '../slot/rules.ts';
import { loadFloor } from '../slot/schedule.ts';
import { booking, type Booking } from './entity.ts';
import { liveBookingStatuses } from './states.ts';
import { expire, isLapsed, isLive, refuseUnlessBikeFree, refuseUnlessFewer } from './rules.ts';

const alternativesMax = 3;

/**
 * Gives back the time of every hold in the shop, and of every hold of the bike anywhere, that ran
 * out: the database keeps a worker and a bike from being in two places, and it knows no clock.
 */
export async function clearLapsed(ctx: Context, shopId: string, vehicleId: string): Promise<void> {
	const ofShop = await ctx.store.list(booking, { shopId, status: 'held' });
	const ofBike = await ctx.store.list(booking, { vehicleId, status: 'held' });
	const all = new Map([...ofShop, ...ofBike].map((each) => [each.id, each]));
	await takeBack(ctx, [...all.values()]);
}

/** Takes back those of these holds that ran out: booking, job and worker's time together. */
export async function takeBack(ctx: Context, holds: readonly Booking[]): Promise<void> {
	const { store, now, tell } = ctx;
	const lapsed = holds.filter((each) => isLapsed(each, now));
	if (lapsed.length === 0) return;
	const jobs = await store.list(job, { bookingId: lapsed.map((each) => each.id) });
	const times = await store.list(assignment, { jobId: jobs.map((each) => each.id) });
	for (const each of lapsed) {
		store.update(booking, expire(each, now));
		tell({ event: 'booking.expired', bookingId: each.id, shopId: each.shopId });
	}
	for (const each of jobs) store.update(job, abandon(each, now));
	for (const each of times) store.update(assignment, end(each, 'released', now));
}

/** The limits of a customer and of his bike, this booking itself left out. */
export async function refuseUnlessRoom(
	{ store, now }: Context,
	{ id, customerId, vehicleId, startAt, endAt }: Wanted,
	shop: Shop,
): Promise<void> {
	const status = liveBookingStatuses;
	const isOther = (each: Booking) => each.id !== id && isLive(each, now);
	const own = (await store.list(booking, { customerId, status })).filter(isOther);
	refuseUnlessFewer(own, policyOf(shop).liveBookingsMax);
	const ofBike = (await store.list(booking, { vehicleId, status })).filter(isOther);
	refuseUnlessBikeFree(ofBike, { startAt, endAt });
}

type Wanted = Pick<Booking, 'id' | 'customerId' | 'vehicleId' | 'startAt' | 'endAt'>;

/** The free times closest to the one that was not to be had, for the screen to offer as buttons. */
export async function alternatives(
	{ store, now }: Context,
	shop: Shop,
	wanted: Pick<SlotInput, 'need' | 'mode' | 'noticeMinutes'> & { readonly startAt: Instant },
): Promise<Extras> {
	const { zone } = shop;
	const lastDay = addDays(localDay(zone, now), policyOf(shop).horizonDays + 3);
	const horizon = { from: now, until: instantAt(zone, lastDay, '00:00') };
	const floor = await loadFloor(store, shop.id, horizon, now);
	const slots = nearestFree({ ...floor, ...wanted, now }, wanted.startAt, alternativesMax);
	return { alternatives: slots.map(({ startAt, endAt }) => ({ start: startAt, end: endAt })) };
}
