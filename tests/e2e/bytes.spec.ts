import { expect, test } from '@playwright/test';

import { laterEn } from '#lib/words/later-en.ts';
import { bundlesOf } from '../../scripts/bundles.ts';

/**
 * What a first visit may cost before something is drawn, in bytes of JavaScript (gzip): what was
 * reached, and 3 % more. Who needs more either makes it lazy or raises a number here, knowingly.
 */
const criticalMax: Readonly<Record<string, number>> = {
	'/': 56_600,
	'/activity': 48_700,
	'/booking/confirm': 56_800,
	'/booking/create': 60_300,
	'/booking/track': 57_000,
	'/demo': 56_600,
	'/signin': 51_800,
	'/worker/dashboard': 58_000,
};
const lazyMax: Readonly<Record<string, number>> = { '/activity': 153_200, '/signin': 146_400 };
const lazyMaxElsewhere = 141_400;
const cssMax = 4_660;
const precacheMax = 279_500;

test('no page costs more than it did, and the database is not among what is waited for', () => {
	const { pages, precache } = bundlesOf();

	for (const { page, critical, lazy, css } of pages) {
		console.log(`${page}: ${critical} bytes at once, ${lazy} later, ${css} of styles`);
		expect.soft(critical, page).toBeLessThan(criticalMax[page] ?? 0);
		expect.soft(lazy, page).toBeLessThan(lazyMax[page] ?? lazyMaxElsewhere);
		expect.soft(css, page).toBeLessThan(cssMax);
		// A database among the critical files would leave nothing that size to be lazy.
		expect.soft(lazy, page).toBeGreaterThan(110_000);
	}
	expect(precache).toBeLessThan(precacheMax);
});

/** In files that come at once, but said only by what comes later, or after a tap. */
const saidLater = [
	'activity.gone',
	'activity.newTime',
	'activity.waitsFor',
	'activity.waitsHours',
	'activity.waitsDays',
	'why.too_many_attempts',
];

test('no first screen says words that come after it', () => {
	const named = Object.keys(laterEn).filter((key) => key.includes('.') && !saidLater.includes(key));
	const begun = new Set(named.map((key) => key.slice(0, key.lastIndexOf('.') + 1)));

	for (const { page, code } of bundlesOf().pages.filter(({ page }) => page !== '/demo')) {
		const says = (word: string) =>
			['"', "'", '`'].some((mark) => code.includes(mark + word + mark));
		expect.soft(named.filter(says), page).toEqual([]);
		// `why.${code}`, but for families of which the first screen has members of its own.
		const families = [...begun].filter((each) => !['book.', 'jobs.'].includes(each));
		expect
			.soft(
				families.filter((each) => code.includes(`\`${each}\${`)),
				page,
			)
			.toEqual([]);
	}
});
