import type { Context } from '../core/mutator.ts';
import { assert } from '../core/rejection.ts';
import {
	addDays,
	addMs,
	dayMs,
	instantAt,
	localDay,
	minuteMs,
	msOf,
	weekdayOf,
	type Day,
	type Instant,
} from '../core/time.ts';
import { freeWorkers, type Placement, type SlotInput } from '../slot/rules.ts';
import { loadFloor, type Floor } from '../slot/schedule.ts';
import { policyOf } from '../shop/policy.ts';
import type { Shop } from '../shop/entity.ts';
import { hasSkills } from '../worker/rules.ts';
import { chooseWorker, type Candidate } from './choice.ts';
import { jobOffer, type Assignment, type AssignmentReason, type Job } from './entity.ts';
import { needsAcknowledgement, offerUntil } from './offer.ts';

/** Work that needs a worker from a moment on. */
export type Order = Pick<SlotInput, 'need' | 'mode'> & {
	readonly startAt: Instant;
	readonly preferredWorkerId: string | null;
	/** They said no to this very job. */
	readonly declinedBy?: readonly string[];
};

export type Placed = { readonly placement: Placement; readonly reason: AssignmentReason };

/** The floor of the shop around a start: who works, what is taken, and how the week is shared out. */
export const floorAround = (
	{ store, now }: Context,
	{ id, zone }: Pick<Shop, 'id' | 'zone'>,
	startAt: Instant,
): Promise<Floor> => loadFloor(store, id, weekAround(zone, startAt), now);

/** The worker for an order and how he would do it, or null when nobody can. */
export function place(floor: Floor, order: Order, now: Instant): Placed | null {
	const { startAt, need, mode, preferredWorkerId } = order;
	const able = freeWorkers({ ...floor, need, mode, now }, startAt);
	const choice = chooseWorker(candidatesFor(order, floor, able), preferredWorkerId);
	if (choice === null) return null;
	const placement = able.find((each) => each.workerId === choice.workerId);
	assert(placement !== undefined, 'the chosen worker is one of those who can');
	return { placement, reason: choice.reason };
}

/**
 * The local week (from Monday) of a start, by whose load work is shared out; on both sides long
 * enough to see all that could overlap.
 */
function weekAround(zone: string, startAt: Instant) {
	const day = localDay(zone, startAt);
	const [from, until] = weekOf(day);
	return {
		from: addMs(instantAt(zone, from, '00:00'), -dayMs),
		until: addMs(instantAt(zone, until, '24:00'), 3 * dayMs),
	};
}

/**
 * Tells the worker of a job that begins soon that it is his. He need not answer for it to stay his;
 * whoever was asked before is asked no longer.
 */
export async function sendAcknowledgement(
	{ store, now, newId, tell }: Context,
	shop: Shop,
	{ id: jobId, workerId }: Job,
	startAt: Instant,
): Promise<void> {
	const policy = policyOf(shop);
	if (workerId === null || !needsAcknowledgement(startAt, now, policy)) return;
	const earlier = await store.list(jobOffer, { jobId });
	for (const each of earlier)
		if (each.status === 'sent') store.update(jobOffer, { ...each, status: 'withdrawn' });
	const [offerId, expiresAt] = [newId(), offerUntil(startAt, now, policy)];
	store.insert(jobOffer, {
		id: offerId,
		jobId,
		shopId: shop.id,
		workerId,
		kind: 'ack',
		seq: earlier.length + 1,
		status: 'sent',
		sentAt: now,
		seenAt: null,
		answeredAt: null,
		expiresAt,
		declineReason: null,
	});
	tell({ event: 'offer.sent', offerId, jobId, workerId, expiresAt });
}

/** The row that says whose job it is, under which number, and why his. */
export const assignmentFor = (
	id: string,
	job: Pick<Job, 'shopId' | 'epoch'> & { readonly id: string },
	{ placement, reason }: Placed,
	state: Assignment['state'],
	createdAt: Instant,
): Assignment => ({
	id,
	jobId: job.id,
	shopId: job.shopId,
	workerId: placement.workerId,
	epoch: job.epoch,
	startAt: placement.startAt,
	endAt: placement.busyUntil,
	state,
	reason,
	assignedBy: 'auto',
	overbook: false,
	createdAt,
	endedAt: null,
});

function candidatesFor(order: Order, floor: Floor, able: readonly Placement[]): Candidate[] {
	const { zone } = floor.shop;
	const day = localDay(zone, order.startAt);
	const [from, until] = weekOf(day);
	const planned = floor.assignments.map((each) => ({
		...each,
		day: localDay(zone, each.startAt),
	}));
	return floor.workers.map((worker) => {
		const own = planned.filter((each) => each.workerId === worker.id);
		const placement = able.find((each) => each.workerId === worker.id);
		return {
			workerId: worker.id,
			why: whyNot(order, worker, placement),
			dayMinutes: minutesOf(own.filter((each) => each.day === day)),
			weekMinutes: minutesOf(own.filter((each) => from <= each.day && each.day <= until)),
			weight: worker.weight,
			spareMinutes: placement?.spareMinutes ?? 0,
			lastAssignedAt:
				own
					.map((each) => each.createdAt)
					.sort()
					.at(-1) ?? null,
		};
	});
}

function whyNot(
	{ need, declinedBy = [] }: Order,
	worker: Floor['workers'][number],
	placement: Placement | undefined,
): Candidate['why'] {
	if (worker.status !== 'active') return 'away';
	if (!hasSkills(worker, need.skills)) return 'skill';
	if (declinedBy.includes(worker.id)) return 'declined';
	return placement === undefined ? 'busy' : null;
}

const minutesOf = (assignments: readonly Assignment[]): number =>
	assignments.reduce(
		(sum, { startAt, endAt }) => sum + (msOf(endAt) - msOf(startAt)) / minuteMs,
		0,
	);

function weekOf(day: Day): readonly [monday: Day, sunday: Day] {
	const monday = addDays(day, -((weekdayOf(day) + 6) % 7));
	return [monday, addDays(monday, 6)];
}
