import { booking, bookingLine, type Booking, type BookingLine } from '#sync/booking/entity.ts';
import { grantFor, isLive, type Actor } from '#sync/core/actor.ts';
import { Rejection } from '#sync/core/rejection.ts';
import { addMs, dayMs, type Instant } from '#sync/core/time.ts';
import { job, type Job } from '#sync/job/entity.ts';
import { worker } from '#sync/worker/entity.ts';
import type { Reads } from '../db/port.ts';
import { listed, named } from './reads.ts';
import { bookingView, jobView } from './views.ts';

/** Bookings in a list at most, newest first. */
const bookingsMax = 200;
/** What a shop's people see in a list: lately and soon. A customer sees his own, all of them. */
const shopDaysBack = 30;
const shopDaysAhead = 90;

/** Nobody but the customer and the shop's owner sees what was never confirmed. */
const unconfirmed: readonly Booking['status'][] = ['held', 'expired'];

/** A booking with its work, for the parties to it; `not_found` for everybody else. */
export async function bookingShown(reads: Reads, actor: Actor, now: Instant, bookingId: string) {
	const [row] = await named(reads, booking, [bookingId]);
	if (!row) throw new Rejection('not_found');
	const staff = unconfirmed.includes(row.status) ? {} : { worker: row.shopId };
	grantFor(actor, now, {
		customer: row.customerId,
		owner: row.shopId,
		admin: true,
		...staff,
	});

	const [lines, jobs] = await Promise.all([
		listed(reads, bookingLine, { bookingId }),
		listed(reads, job, { bookingId }),
	]);
	const [work = null] = jobs;
	const workerIds = work?.workerId ? [work.workerId] : [];
	const [mechanic] = await named(reads, worker, workerIds);
	return {
		booking: bookingView(row, lines),
		job: work === null ? null : jobView(work),
		...(mechanic ? { worker: { id: mechanic.id, name: mechanic.name } } : {}),
		extras: [],
		timeline: timelineOf(row, work),
	};
}

/** The bookings an actor may see, newest start first. */
export async function bookingsShown(reads: Reads, actor: Actor, now: Instant) {
	const grants = actor.grants.filter((each) => isLive(each, now));
	const customerIds = grants.flatMap((each) => each.customerId ?? []);
	const owned = grants.filter((each) => each.role === 'owner').flatMap((each) => each.shopId ?? []);
	const worked = grants
		.filter((each) => each.role === 'worker')
		.flatMap((each) => each.shopId ?? []);
	const lately = {
		from: addMs(now, -shopDaysBack * dayMs),
		until: addMs(now, shopDaysAhead * dayMs),
	};

	const own =
		customerIds.length === 0 ? [] : await listed(reads, booking, { customerId: customerIds });
	const ofShops = [...new Set([...owned, ...worked])];
	const theirs =
		ofShops.length === 0 ? [] : await listed(reads, booking, { shopId: ofShops }, lately);
	const shop = theirs.filter(
		(each) => owned.includes(each.shopId) || !unconfirmed.includes(each.status),
	);
	const all = new Map([...own, ...shop].map((each) => [each.id, each]));
	const rows = [...all.values()]
		.sort((a, b) => b.startAt.localeCompare(a.startAt) || a.id.localeCompare(b.id))
		.slice(0, bookingsMax);
	const lines = await linesOf(reads, rows);
	return rows.map((each) => bookingView(each, lines.get(each.id) ?? []));
}

async function linesOf(
	reads: Reads,
	rows: readonly Booking[],
): Promise<Map<string, BookingLine[]>> {
	if (rows.length === 0) return new Map();
	const bookingId = rows.map((each) => each.id);
	const lines = await listed(reads, bookingLine, { bookingId });
	return Map.groupBy(lines, (each) => each.bookingId);
}

/** What happened, in order, as far as the rows themselves tell. */
function timelineOf(row: Booking, work: Job | null) {
	const shopMade = row.source === 'app' ? 'customer' : 'shop';
	const steps: readonly (readonly [event: string, at: Instant | null, by: string])[] = [
		['booked', row.createdAt, shopMade],
		['confirmed', row.confirmedAt, shopMade],
		['received', row.receivedAt, 'shop'],
		['started', work?.startedAt ?? null, 'worker'],
		['completed', work?.completedAt ?? null, 'worker'],
		['billed', work?.billedAt ?? null, 'shop'],
		['closed', row.closedAt, 'shop'],
		['cancelled', row.cancelledAt, row.cancelledBy ?? 'system'],
		['expired', row.status === 'expired' ? row.holdExpiresAt : null, 'system'],
	];
	return steps
		.flatMap(([event, at, by]) => (at === null ? [] : [{ event, at, by }]))
		.sort((a, b) => a.at.localeCompare(b.at));
}
