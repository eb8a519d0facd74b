import { booking } from '../booking/entity.ts';
import { isLapsed } from '../booking/rules.ts';
import type { During, Store } from '../core/mutator.ts';
import { later, type Instant } from '../core/time.ts';
import { assignment, job, type Assignment, type Job } from '../job/entity.ts';
import { isLive } from '../job/rules.ts';
import { shop, shopHours, type Shop } from '../shop/entity.ts';
import { worker, workerShift, type Worker } from '../worker/entity.ts';
import type { Occupation, Schedule } from './rules.ts';

/** The floor of a shop: what `freeStarts` needs, and who has how much work. */
export type Floor = Omit<Schedule, 'shop' | 'workers'> & {
	readonly shop: Shop;
	readonly workers: readonly Worker[];
	/** Live and done, of the time asked for; not those of holds that ran out. */
	readonly assignments: readonly Assignment[];
};

const occupying = ['hold', 'planned', 'accepted', 'working', 'done'] as const;

/**
 * Reads the floor of a shop for a stretch of time. A job that is under way now counts whenever it was
 * planned for, as it may run into that time. A hold that ran out takes nobody's time, even before the
 * clock has taken it back.
 */
export async function loadFloor(
	store: Pick<Store, 'get' | 'list'>,
	shopId: string,
	during: During,
	now: Instant,
): Promise<Floor> {
	const inTime = await store.list(assignment, { shopId, state: occupying }, during);
	const working = await store.list(assignment, { shopId, state: 'working' });
	const jobs = await store.list(job, { shopId, status: ['in_progress', 'extra_repair_found'] });
	const lapsed = await lapsedJobIds(store, shopId, now);
	const all = [...new Map([...inTime, ...working].map((each) => [each.id, each])).values()];
	const assignments = all.filter((each) => !lapsed.has(each.jobId));
	return {
		shop: await store.get(shop, shopId),
		hours: await store.list(shopHours, { shopId }),
		workers: await store.list(worker, { shopId }),
		shifts: await store.list(workerShift, { shopId }),
		assignments,
		occupied: occupationsOf(assignments, jobs),
	};
}

/**
 * A job that runs late takes its worker until it is expected to end, and one that was begun before
 * its time takes him from then on.
 */
function occupationsOf(
	assignments: readonly Assignment[],
	jobs: readonly Pick<Job, 'id' | 'startedAt' | 'expectedEndAt'>[],
): readonly Occupation[] {
	const running = new Map(jobs.map((each) => [each.id, each]));
	return assignments.filter(isLive).flatMap(({ jobId, workerId, startAt, endAt }) => {
		const { startedAt = null, expectedEndAt = null } = running.get(jobId) ?? {};
		const planned = { workerId, startAt, endAt: later(endAt, expectedEndAt ?? endAt) };
		if (startedAt === null || expectedEndAt === null || startAt <= startedAt) return [planned];
		return [planned, { workerId, startAt: startedAt, endAt: expectedEndAt }];
	});
}

async function lapsedJobIds(
	store: Pick<Store, 'list'>,
	shopId: string,
	now: Instant,
): Promise<ReadonlySet<string>> {
	const held = await store.list(booking, { shopId, status: 'held' });
	const bookingId = held.filter((each) => isLapsed(each, now)).map((each) => each.id);
	if (bookingId.length === 0) return new Set();
	const jobs = await store.list(job, { bookingId });
	return new Set(jobs.map((each) => each.id));
}
