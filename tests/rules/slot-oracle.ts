import {
	addDays,
	instantAt,
	instantOf,
	localDay,
	minuteMs,
	msOf,
	weekdayOf,
	zoneOffsetMinutes,
	type Day,
	type Instant,
} from '#sync/core/time.ts';
import type { SlotInput } from '#sync/slot/rules.ts';

/*
 * The oracle knows no ranges: it walks through time minute by minute with the wall clock in its hand
 * and asks for each minute whether this worker may work on this job now.
 */

export const wallOf = (zone: string, ms: number): { day: Day; minute: number } => {
	const local = ms + zoneOffsetMinutes(zone, ms) * minuteMs;
	const text = instantOf(local);
	return { day: text.slice(0, 10), minute: Math.floor(local / minuteMs) % 1_440 };
};
const minuteOf = (wall: string) => Number(wall.slice(0, 2)) * 60 + Number(wall.slice(3));
export type Within = readonly [from: string, until: string];
const holds = ([from, until]: Within, minute: number) =>
	minuteOf(from) <= minute && minute < minuteOf(until);

function isOpen({ shop, hours }: SlotInput, ms: number): boolean {
	const { day, minute } = wallOf(shop.zone, ms);
	return hours.some(
		(each) => each.weekday === weekdayOf(day) && holds([each.opens, each.closes], minute),
	);
}

function isServingAt({ shop }: SlotInput, ms: number): boolean {
	if (shop.status === 'active') return true;
	return shop.status === 'paused' && shop.pausedUntil !== null && msOf(shop.pausedUntil) <= ms;
}

function worksAt(input: SlotInput, workerId: string, ms: number): boolean {
	const { day, minute } = wallOf(input.shop.zone, ms);
	const onShift = input.shifts.some(
		(each) =>
			each.workerId === workerId &&
			each.weekday === weekdayOf(day) &&
			each.validFrom <= day &&
			(each.validUntil === null || day <= each.validUntil) &&
			holds([each.starts, each.ends], minute),
	);
	return onShift && isOpen(input, ms) && isServingAt(input, ms);
}

const isBusy = ({ occupied }: SlotInput, workerId: string, ms: number): boolean =>
	occupied.some(
		(each) => each.workerId === workerId && msOf(each.startAt) <= ms && ms < msOf(each.endAt),
	);

/** When this worker would be free again if he began then, or null if he cannot. */
export function busyUntil(input: SlotInput, workerId: string, startMs: number): Instant | null {
	const { need, mode, shop } = input;
	let left = need.minutes + need.bufferMinutes;
	if (left > 1_440) return null;
	const startDay = wallOf(shop.zone, startMs).day;
	let pausedAt = false;
	for (let ms = startMs; ; ms += minuteMs) {
		if (left === 0) return instantOf(ms);
		if (isBusy(input, workerId, ms)) return null;
		const works = worksAt(input, workerId, ms);
		const mayPause = mode === 'drop_off' && ms > startMs;
		if (!works && !mayPause) return null;
		// A later piece belongs to the job only if it begins on the same day.
		if ((!works || pausedAt) && wallOf(shop.zone, ms).day > startDay) return null;
		pausedAt = !works;
		if (works) left -= 1;
	}
}

const isAble = ({ workers, need }: SlotInput, workerId: string): boolean => {
	const worker = workers.find((each) => each.id === workerId);
	return worker?.status === 'active' && need.skills.every((skill) => worker.skills.includes(skill));
};

export const staff = (input: SlotInput, startMs: number): string[] =>
	input.workers
		.map((each) => each.id)
		.filter((id) => isAble(input, id) && busyUntil(input, id, startMs) !== null);

function shutsWithin(input: SlotInput, startMs: number, minutes: number): boolean {
	for (let past = 0; past < minutes; past += 1)
		if (!isOpen(input, startMs + past * minuteMs)) return true;
	return false;
}

export function startsByOracle(
	input: SlotInput,
	day: Day,
): { startAt: Instant; workerIds: string[] }[] {
	const { zone, policy } = input.shop;
	const { gridMinutes = 30, noticeMinutes = 30, horizonDays = 30 } = policy;
	const { lastStartBeforeClosingMinutes = 15 } = policy;
	const today = localDay(zone, input.now);
	const starts = [];
	const from = msOf(instantAt(zone, day, '00:00'));
	for (let ms = from; ms < msOf(instantAt(zone, day, '24:00')); ms += minuteMs) {
		if (wallOf(zone, ms).minute % gridMinutes !== 0) continue;
		if (ms < msOf(input.now) + noticeMinutes * minuteMs) continue;
		if (day < today || day > addDays(today, horizonDays)) continue;
		if (shutsWithin(input, ms, lastStartBeforeClosingMinutes)) continue;
		const workerIds = staff(input, ms);
		if (workerIds.length > 0) starts.push({ startAt: instantOf(ms), workerIds });
	}
	return starts;
}
