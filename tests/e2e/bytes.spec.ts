import { expect, test } from '@playwright/test';

import { bundlesOf } from '../../scripts/bundles.ts';

/**
 * What a first visit may cost before something is drawn, in bytes of JavaScript (gzip): what was
 * reached, and 3 % more. Who needs more either makes it lazy or raises a number here, knowingly.
 */
const criticalMax: Readonly<Record<string, number>> = {
	'/': 67_400,
	'/activity': 70_100,
	'/booking/confirm': 65_400,
	'/booking/create': 67_600,
	'/booking/track': 65_900,
	'/demo': 60_100,
	'/signin': 59_500,
	'/worker/dashboard': 73_500,
};
const lazyMax = 125_000;
const cssMax = 15_000;
const precacheMax = 400_000;

test('no page costs more than it did, and the database is not among what is waited for', () => {
	const { pages, precache } = bundlesOf();

	for (const { page, critical, lazy, css } of pages) {
		console.log(`${page}: ${critical} bytes at once, ${lazy} later, ${css} of styles`);
		expect.soft(critical, page).toBeLessThan(criticalMax[page] ?? 0);
		expect.soft(lazy, page).toBeLessThan(lazyMax);
		expect.soft(css, page).toBeLessThan(cssMax);
		// A database among the critical files would leave nothing that size to be lazy.
		expect.soft(lazy, page).toBeGreaterThan(80_000);
	}
	expect(precache).toBeLessThan(precacheMax);
});
