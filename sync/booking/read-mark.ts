import { entity, id, instant, int, oneOf, ref, type RowOf } from '../core/entity.ts';
import type { Instant } from '../core/time.ts';

const sides = ['customer', 'shop'] as const;

/**
 * How new a visit was when somebody of one side last had it on a screen, so that the other side
 * knows that a change was not only stored but read. One for each side of a visit; reading is no
 * change of the visit, so it raises neither version.
 */
export const readMark = entity(
	'read_mark',
	{
		id: id(),
		bookingId: ref('booking'),
		side: oneOf(sides),
		bookingVersion: int(0, 2_000_000_000),
		/** 0: there was no job. */
		jobVersion: int(0, 2_000_000_000),
		at: instant(),
	},
	{
		home: { collection: 'bookings', inside: { list: 'readMarks', by: 'bookingId' } },
		indexes: [['bookingId']],
	},
);
export type ReadMark = RowOf<(typeof readMark)['fields']>;

/** The versions of a visit that somebody had before him. */
export type Versions = Pick<ReadMark, 'bookingVersion' | 'jobVersion'>;

/** Nobody has read what is not there yet, whatever his phone says. */
export const atMost = (told: Versions, real: Versions): Versions => ({
	bookingVersion: Math.min(told.bookingVersion, real.bookingVersion),
	jobVersion: Math.min(told.jobVersion, real.jobVersion),
});

/** Moves a mark forward, never back: two phones of one side may tell late and out of order. */
export function seen(before: ReadMark, versions: Versions, now: Instant): ReadMark {
	const bookingVersion = Math.max(before.bookingVersion, versions.bookingVersion);
	const jobVersion = Math.max(before.jobVersion, versions.jobVersion);
	const newer = bookingVersion > before.bookingVersion || jobVersion > before.jobVersion;
	return newer ? { ...before, bookingVersion, jobVersion, at: now } : before;
}
