import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atMost, seen, type ReadMark, type Versions } from '#sync/booking/read-mark.ts';
import { anId, tomorrow } from '#tests/support/builders.ts';
import { monday } from '#tests/support/cast.ts';

const aMark = (over: Partial<ReadMark> = {}): ReadMark => ({
	id: anId(),
	bookingId: anId(),
	side: 'shop',
	bookingVersion: 3,
	jobVersion: 2,
	at: monday,
	...over,
});

describe('a read mark', () => {
	it.each([
		{ bookingVersion: 4, jobVersion: 2 },
		{ bookingVersion: 3, jobVersion: 3 },
	])('moves to what is newer: %j', (versions) => {
		const before = aMark();
		expect(seen(before, versions, tomorrow)).toEqual({ ...before, ...versions, at: tomorrow });
	});

	it.each([
		{ bookingVersion: 3, jobVersion: 2 },
		{ bookingVersion: 2, jobVersion: 2 },
		{ bookingVersion: 1, jobVersion: 0 },
	])('stays, with its time, where nothing is newer: %j', (versions) => {
		const before = aMark();
		expect(seen(before, versions, tomorrow)).toBe(before);
	});

	it('keeps of two tellings the newer of each, in whatever order they come', () => {
		const versions = fc.record({ bookingVersion: fc.nat(9), jobVersion: fc.nat(9) });
		const afterBoth = (first: Versions, second: Versions) => {
			const { bookingVersion, jobVersion } = seen(seen(aMark(), first, tomorrow), second, tomorrow);
			return { bookingVersion, jobVersion };
		};
		fc.assert(
			fc.property(versions, versions, (first, second) => {
				expect(afterBoth(first, second)).toEqual(afterBoth(second, first));
			}),
		);
	});

	it('is never of a version that is not there yet', () => {
		const real = { bookingVersion: 5, jobVersion: 0 };
		expect(atMost({ bookingVersion: 9, jobVersion: 7 }, real)).toEqual(real);
		expect(atMost({ bookingVersion: 2, jobVersion: 0 }, real).bookingVersion).toBe(2);
	});
});
