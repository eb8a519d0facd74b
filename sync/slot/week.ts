import {
	dayMs,
	instantAt,
	minuteMs,
	msOf,
	weekdayOf,
	zoneOffsetMinutes,
	type Day,
	type WallTime,
} from '../core/time.ts';

/** A range of time in milliseconds, half open: what ends at noon leaves noon free. */
export type Piece = readonly [from: number, until: number];
/** A calendar day of a zone, as the instants it begins and ends at. */
export type LocalDate = {
	readonly day: Day;
	readonly weekday: number;
	readonly fromMs: number;
	readonly untilMs: number;
};

type Weekly = {
	readonly weekday: number;
	readonly validFrom?: Day;
	readonly validUntil?: Day | null;
};

/** What recurs every week in local wall time (opening hours, shifts), as instants of these days. */
export function piecesOf<T extends Weekly>(
	zone: string,
	days: readonly LocalDate[],
	rows: readonly T[],
	walls: (row: T) => readonly [WallTime, WallTime],
): Piece[] {
	return days.flatMap((date) =>
		rows
			.filter((row) => row.weekday === date.weekday && isValidOn(row, date.day))
			.flatMap((row) => {
				const [from, until] = walls(row);
				return nonEmpty(wallMs(zone, date, from), wallMs(zone, date, until));
			}),
	);
}

const isValidOn = ({ validFrom, validUntil }: Weekly, day: Day): boolean =>
	(validFrom === undefined || validFrom <= day) && (validUntil == null || day <= validUntil);

export const nonEmpty = (from: number, until: number): Piece[] =>
	from < until ? [[from, until]] : [];

/** Touching pieces are one: work goes on over midnight and from shift to shift. */
export function joined(pieces: Piece[]): Piece[] {
	const result: Piece[] = [];
	for (const piece of pieces.sort((a, b) => a[0] - b[0])) {
		const last = result.at(-1);
		if (last && piece[0] <= last[1])
			result[result.length - 1] = [last[0], Math.max(last[1], piece[1])];
		else result.push(piece);
	}
	return result;
}

export const common = (some: readonly Piece[], others: readonly Piece[]): Piece[] =>
	some.flatMap((a) => others.flatMap((b) => nonEmpty(Math.max(a[0], b[0]), Math.min(a[1], b[1]))));

export function localDate(zone: string, day: Day): LocalDate {
	const fromMs = msOf(instantAt(zone, day, '00:00'));
	const untilMs = msOf(instantAt(zone, day, '24:00'));
	return { day, weekday: weekdayOf(day), fromMs, untilMs };
}

const isPlain = ({ fromMs, untilMs }: LocalDate): boolean => untilMs - fromMs === dayMs;

function wallMs(zone: string, day: LocalDate, wall: WallTime): number {
	if (!isPlain(day)) return msOf(instantAt(zone, day.day, wall));
	return day.fromMs + (Number(wall.slice(0, 2)) * 60 + Number(wall.slice(3))) * minuteMs;
}

/** Every local time on the grid; where clocks change, minute by minute, as an hour may come twice. */
export function gridStarts(zone: string, day: LocalDate, gridMinutes: number): number[] {
	const starts: number[] = [];
	const stepMs = (isPlain(day) ? gridMinutes : 1) * minuteMs;
	for (let ms = day.fromMs; ms < day.untilMs; ms += stepMs)
		if (isPlain(day) || localMinute(zone, ms) % gridMinutes === 0) starts.push(ms);
	return starts;
}

const localMinute = (zone: string, ms: number): number =>
	(Math.floor(ms / minuteMs) + zoneOffsetMinutes(zone, ms)) % 1_440;
