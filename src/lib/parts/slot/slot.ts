import { addDays, instantAt, localDay, zoneOffsetMinutes } from '#sync/core/time.ts';
import { msOf, type Day, type Instant } from '#sync/core/time.ts';

export type Slot = { readonly start: Instant; readonly end: Instant };

const partsOfDay = ['night', 'morning', 'afternoon', 'evening'] as const;
export type PartOfDay = (typeof partsOfDay)[number];

/** The days that can be chosen from, today first, each with an instant on it for showing its name. */
export function daysFrom(
	zone: string,
	now: Instant,
	count: number,
): readonly { readonly day: Day; readonly noon: Instant }[] {
	const today = localDay(zone, now);
	return Array.from({ length: count }, (_, index) => {
		const day = addDays(today, index);
		return { day, noon: instantAt(zone, day, '12:00') };
	});
}

/** The free times of a day, by the part of the day they fall in, earliest first. */
export function byPartOfDay(
	zone: string,
	slots: readonly Slot[],
): readonly { readonly part: PartOfDay; readonly slots: readonly Slot[] }[] {
	return partsOfDay
		.map((part) => ({ part, slots: slots.filter((slot) => partOf(zone, slot.start) === part) }))
		.filter((group) => group.slots.length > 0);
}

function partOf(zone: string, instant: Instant): PartOfDay {
	const ms = msOf(instant);
	const hour = new Date(ms + zoneOffsetMinutes(zone, ms) * 60_000).getUTCHours();
	if (hour < 6) return 'night';
	if (hour < 12) return 'morning';
	return hour < 16 ? 'afternoon' : 'evening';
}
