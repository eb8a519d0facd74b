/**
 * Instants travel and are stored as ISO 8601 UTC text with exactly three decimals and `Z`, so that
 * comparing the text compares the time.
 */
export type Instant = string;
/** A local calendar day, `YYYY-MM-DD`. */
export type Day = string;
/** A local wall time, `HH:MM`; `24:00` is the end of the day. */
export type WallTime = string;

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export const instantOf = (ms: number): Instant => new Date(ms).toISOString();
export const msOf = (instant: Instant): number => Date.parse(instant);
export const addMs = (instant: Instant, ms: number): Instant => instantOf(msOf(instant) + ms);
export const addMinutes = (instant: Instant, minutes: number): Instant =>
	addMs(instant, minutes * minuteMs);
export const earlier = (a: Instant, b: Instant): Instant => (a < b ? a : b);
export const later = (a: Instant, b: Instant): Instant => (a > b ? a : b);

/** How far local time in `zone` is ahead of UTC at that instant, in minutes (330 for India). */
export function zoneOffsetMinutes(zone: string, atMs: number): number {
	const quarter = Math.floor(atMs / (15 * minuteMs));
	const key = `${zone}@${quarter}`;
	const known = offsets.get(key);
	if (known !== undefined) return known;
	const parts = formatOf(zone).formatToParts(atMs);
	const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
	const local = Date.UTC(
		part('year'),
		part('month') - 1,
		part('day'),
		part('hour'),
		part('minute'),
		part('second'),
	);
	const minutes = Math.round((local - Math.floor(atMs / 1000) * 1000) / minuteMs);
	if (offsets.size >= offsetsMax) offsets.clear();
	offsets.set(key, minutes);
	return minutes;
}

/** The local calendar day of an instant. */
export const localDay = (zone: string, instant: Instant): Day => {
	const ms = msOf(instant);
	return instantOf(ms + zoneOffsetMinutes(zone, ms) * minuteMs).slice(0, 10);
};

/** The instant of a local wall time on a local day. `24:00` is the next day's midnight. */
export function instantAt(zone: string, day: Day, wall: WallTime): Instant {
	const [hours = 0, minutes = 0] = wall.split(':').map(Number);
	const asUtc = Date.parse(`${day}T00:00:00.000Z`) + (hours * 60 + minutes) * minuteMs;
	const guess = asUtc - zoneOffsetMinutes(zone, asUtc) * minuteMs;
	return instantOf(asUtc - zoneOffsetMinutes(zone, guess) * minuteMs);
}

export const addDays = (day: Day, days: number): Day =>
	instantOf(Date.parse(`${day}T00:00:00.000Z`) + days * dayMs).slice(0, 10);

/** 0 is Sunday, 6 is Saturday. */
export const weekdayOf = (day: Day): number => new Date(`${day}T00:00:00.000Z`).getUTCDay();

const offsets = new Map<string, number>();
const offsetsMax = 4_096;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
	const known = formats.get(zone);
	if (known) return known;
	const format = new Intl.DateTimeFormat('en-US', {
		timeZone: zone,
		hourCycle: 'h23',
		year: 'numeric',
		month: 'numeric',
		day: 'numeric',
		hour: 'numeric',
		minute: 'numeric',
		second: 'numeric',
	});
	formats.set(zone, format);
	return format;
}
