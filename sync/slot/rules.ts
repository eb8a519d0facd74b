import {
	addDays,
	addMinutes,
	instantOf,
	localDay,
	minuteMs,
	msOf,
	type Day,
	type Instant,
} from '../core/time.ts';
import type { Booking } from '../booking/entity.ts';
import type { Refusal } from '../core/rejection.ts';
import type { Shop, ShopHours } from '../shop/entity.ts';
import { policyOf } from '../shop/policy.ts';
import { isServing, servingFrom, type Need } from '../shop/rules.ts';
import type { Worker, WorkerShift } from '../worker/entity.ts';
import { hasSkills } from '../worker/rules.ts';
import {
	common,
	gridStarts,
	joined,
	localDate,
	nonEmpty,
	piecesOf,
	type LocalDate,
	type Piece,
} from './week.ts';

/** Time of a worker that is taken, already stretched to when a running job is expected to end. */
export type Occupation = {
	readonly workerId: string;
	readonly startAt: Instant;
	readonly endAt: Instant;
};

/** All of a shop that decides when work can begin: plain rows, the same on a phone and on the server. */
export type Schedule = {
	readonly shop: Pick<Shop, 'zone' | 'status' | 'pausedUntil' | 'policy'>;
	readonly hours: readonly Pick<ShopHours, 'weekday' | 'opens' | 'closes'>[];
	readonly workers: readonly Pick<Worker, 'id' | 'status' | 'skills'>[];
	readonly shifts: readonly Pick<
		WorkerShift,
		'workerId' | 'weekday' | 'starts' | 'ends' | 'validFrom' | 'validUntil'
	>[];
	readonly occupied: readonly Occupation[];
};

export type SlotInput = Schedule & {
	readonly need: Need;
	readonly mode: Booking['mode'];
	readonly now: Instant;
	/** Instead of the shop's own; 0 at the counter. */
	readonly noticeMinutes?: number;
};

/** A start that is offered; `endAt` is when the first of these workers would have the bike ready. */
export type Slot = {
	readonly startAt: Instant;
	readonly endAt: Instant;
	readonly workerIds: readonly string[];
};

/** How one worker would do it: ready at `endAt`, free again at `busyUntil`, after the buffer. */
export type Placement = {
	readonly workerId: string;
	readonly startAt: Instant;
	readonly endAt: Instant;
	readonly busyUntil: Instant;
	/** Minutes that stay free beside the job in the range it is taken from. */
	readonly spareMinutes: number;
};

/** Longer work is agreed with the owner, never offered by the clock. */
const needMinutesMax = 1_440;

/** The starts of a local day at which at least one worker can do the whole need, earliest first. */
export function freeStarts(input: SlotInput, day: Day): Slot[] {
	const { gridMinutes } = policyOf(input.shop);
	const [firstDay, lastDay] = bookableDays(input);
	if (day < firstDay || day > lastDay) return [];
	const frame = frameOf(input, day);
	const earliest = earliestMs(input);
	const starts = gridStarts(input.shop.zone, frame.days[0], gridMinutes);
	return starts
		.filter((startMs) => startMs >= earliest && isBeforeClosing(input, frame, startMs))
		.flatMap((startMs) => slotAt(input, frame, startMs));
}

/** Why a start cannot be booked, or null when it can: the same answer as looking for it in `freeStarts`. */
export function whyNotFree(input: SlotInput, startAt: Instant): Refusal | null {
	const { zone } = input.shop;
	if (!isServing(input.shop, startAt)) return 'shop_paused';
	if (msOf(startAt) < earliestMs(input)) return 'slot_past';
	const day = localDay(zone, startAt);
	if (day > bookableDays(input)[1]) return 'slot_too_far';
	return freeStarts(input, day).some((slot) => slot.startAt === startAt) ? null : 'slot_taken';
}

export const isFree = (input: SlotInput, startAt: Instant): boolean =>
	whyNotFree(input, startAt) === null;

/**
 * The workers who could do it from that very moment, in the order of the rows. It looks at neither
 * grid nor notice nor horizon: a bike that already stands in the shop is staffed whenever it can be.
 */
export function freeWorkers(input: SlotInput, startAt: Instant): Placement[] {
	const frame = frameOf(input, localDay(input.shop.zone, startAt));
	const startMs = msOf(startAt);
	return frame.crew.flatMap((worker) => {
		const run = runOf(input, frame, worker, startMs);
		if (run === null) return [];
		return {
			workerId: worker.id,
			startAt,
			endAt: instantOf(run.readyMs),
			busyUntil: instantOf(run.freedMs),
			spareMinutes: spareMinutes(worker, [startMs, run.freedMs]),
		};
	});
}

/** The free starts closest to a time within the horizon, closest first; of two as close the earlier. */
export function nearestFree(input: SlotInput, startAt: Instant, count: number): Slot[] {
	const target = msOf(startAt);
	const distance = (slot: Slot) => Math.abs(msOf(slot.startAt) - target);
	const found: Slot[] = [];
	for (const { day, gap } of daysByNearness(input, target)) {
		const last = found[count - 1];
		if (last && gap > distance(last)) break;
		found.push(...freeStarts(input, day));
		found.sort((a, b) => distance(a) - distance(b) || msOf(a.startAt) - msOf(b.startAt));
	}
	return found.slice(0, count);
}

function slotAt(input: SlotInput, frame: Frame, startMs: number): Slot[] {
	const workerIds: string[] = [];
	let firstMs = Infinity;
	for (const worker of frame.crew) {
		const run = runOf(input, frame, worker, startMs);
		if (run === null) continue;
		workerIds.push(worker.id);
		firstMs = Math.min(firstMs, run.readyMs);
	}
	if (workerIds.length === 0) return [];
	return [{ startAt: instantOf(startMs), endAt: instantOf(firstMs), workerIds }];
}

const earliestMs = (input: SlotInput): number =>
	msOf(addMinutes(input.now, input.noticeMinutes ?? policyOf(input.shop).noticeMinutes));

function bookableDays(input: SlotInput): readonly [Day, Day] {
	const today = localDay(input.shop.zone, input.now);
	return [today, addDays(today, policyOf(input.shop).horizonDays)];
}

function daysByNearness(input: SlotInput, target: number): { day: Day; gap: number }[] {
	const { zone, policy } = input.shop;
	const [today] = bookableDays(input);
	return Array.from({ length: policyOf({ policy }).horizonDays + 1 }, (_, ahead) => {
		const { day, fromMs, untilMs } = localDate(zone, addDays(today, ahead));
		return { day, gap: Math.max(0, fromMs - target, target - untilMs) };
	}).sort((a, b) => a.gap - b.gap);
}

type Crew = {
	readonly id: string;
	readonly pieces: readonly Piece[];
	readonly busy: readonly Piece[];
};
/** A day as instants, with the two after it: a job that begins late runs on past midnight. */
type Frame = {
	readonly days: readonly [LocalDate, LocalDate, LocalDate];
	readonly open: readonly Piece[];
	readonly crew: readonly Crew[];
};

function frameOf(input: SlotInput, day: Day): Frame {
	const { shop, need } = input;
	const dayOf = (ahead: number) => localDate(shop.zone, addDays(day, ahead));
	const days = [dayOf(0), dayOf(1), dayOf(2)] as const;
	const from = servingFrom(shop);
	if (from === null || need.minutes + need.bufferMinutes > needMinutesMax)
		return { days, open: [], crew: [] };
	const open = joined(
		piecesOf(shop.zone, days, input.hours, (each) => [each.opens, each.closes]),
	).flatMap(([begin, until]) => nonEmpty(Math.max(begin, msOf(from)), until));
	const busyWith = busyBetween(input.occupied, days[0].fromMs, days[2].untilMs);
	const crew = input.workers
		.filter((worker) => worker.status === 'active' && hasSkills(worker, need.skills))
		.map((worker) => {
			const own = input.shifts.filter((each) => each.workerId === worker.id);
			const shifts = piecesOf(shop.zone, days, own, (each) => [each.starts, each.ends]);
			return {
				id: worker.id,
				pieces: common(open, joined(shifts)),
				busy: busyWith(worker.id),
			};
		});
	return { days, open, crew };
}

/**
 * Nobody should come to a door that is about to shut, be it for lunch: the last start is
 * `lastStartBeforeClosingMinutes` before an open range ends. Midnight ends none by itself. `24:00` is
 * where the calendar is cut, so a shop that opens again at 00:00 has not closed in between.
 */
function isBeforeClosing(input: SlotInput, frame: Frame, startMs: number): boolean {
	const marginMs = policyOf(input.shop).lastStartBeforeClosingMinutes * minuteMs;
	return frame.open.some(([from, until]) => from <= startMs && startMs <= until - marginMs);
}

/**
 * A bike that was dropped off waits through the lunch of its worker: what does not fit in the rest of
 * a piece goes on in his next one of the same day. Another job in between it does not survive, because
 * an assignment is one range of time and two of a worker never overlap (constraint worker_no_overlap).
 */
function runOf(
	{ need, mode }: SlotInput,
	frame: Frame,
	{ pieces, busy }: Crew,
	startMs: number,
): { readonly readyMs: number; readonly freedMs: number } | null {
	const first = pieces.findIndex(([from, until]) => from <= startMs && startMs < until);
	if (first < 0) return null;
	const untilMs = mode === 'drop_off' ? frame.days[0].untilMs : startMs;
	const readyMs = finishedAt(pieces, first, untilMs, startMs, need.minutes);
	const freedMs = finishedAt(pieces, first, untilMs, startMs, need.minutes + need.bufferMinutes);
	if (readyMs === null || freedMs === null) return null;
	const isTaken = busy.some(([from, until]) => from < freedMs && startMs < until);
	return isTaken ? null : { readyMs, freedMs };
}

/** Work through the pieces from the first one on; a later piece must begin before `untilMs`. */
function finishedAt(
	pieces: readonly Piece[],
	first: number,
	untilMs: number,
	startMs: number,
	minutes: number,
): number | null {
	let leftMs = minutes * minuteMs;
	for (let index = first; index < pieces.length; index += 1) {
		const [from, until] = pieces[index] ?? [untilMs, untilMs];
		if (index > first && from >= untilMs) return null;
		const beginMs = Math.max(from, startMs);
		if (until - beginMs >= leftMs) return beginMs + leftMs;
		leftMs -= until - beginMs;
	}
	return null;
}

function spareMinutes({ pieces, busy }: Crew, [from, until]: Piece): number {
	const touched = pieces.filter((piece) => piece[0] < until && from < piece[1]);
	const before = busy.filter((each) => each[1] <= from).map((each) => each[1]);
	const after = busy.filter((each) => until <= each[0]).map((each) => each[0]);
	const begin = Math.max(touched[0]?.[0] ?? from, ...before);
	const end = Math.min(touched.at(-1)?.[1] ?? until, ...after);
	return Math.round((end - begin - (until - from)) / minuteMs);
}

function busyBetween(occupied: readonly Occupation[], fromMs: number, untilMs: number) {
	return (workerId: string): Piece[] =>
		(busyOf(occupied).get(workerId) ?? []).filter(
			([from, until]) => from < untilMs && fromMs < until,
		);
}

/** Read once for all days that are asked of the same rows: reading times is most of the work. */
function busyOf(occupied: readonly Occupation[]): ReadonlyMap<string, readonly Piece[]> {
	const known = readBefore.get(occupied);
	if (known) return known;
	const busy = new Map<string, Piece[]>();
	for (const { workerId, startAt, endAt } of occupied) {
		const own = busy.get(workerId) ?? [];
		own.push([msOf(startAt), msOf(endAt)]);
		busy.set(workerId, own);
	}
	readBefore.set(occupied, busy);
	return busy;
}

const readBefore = new WeakMap<readonly Occupation[], ReadonlyMap<string, readonly Piece[]>>();
