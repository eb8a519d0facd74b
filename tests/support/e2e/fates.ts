import { expect, type Page } from '@playwright/test';

import { catalogues, saying } from './words.ts';

export type Did =
	| 'did.job.accept'
	| 'did.booking.receive'
	| 'did.job.start'
	| 'did.job.complete'
	| 'did.vehicle.add';

/** What a mechanic taps of one visit, newest first. */
export const wholeJob: readonly Did[] = [
	'did.job.complete',
	'did.job.start',
	'did.booking.receive',
	'did.job.accept',
];

type Fate = 'mark.accepted' | 'mark.seenByCustomer';

/**
 * Every tap is on the activity page, newest first, and was saved: of one that the server performed
 * twice it would say that it was so already.
 */
export async function expectEachDoneOnce(
	page: Page,
	taps: readonly Did[],
	fate: Fate = 'mark.accepted',
	language: 'en' | 'hi' = 'en',
): Promise<void> {
	const says = (key: Parameters<typeof saying>[0]) => saying(key, {}, language);
	const sent = page.getByRole('region', { name: says('activity.past') }).getByRole('listitem');
	await expect(sent).toHaveCount(taps.length);
	for (const [index, tap] of taps.entries()) {
		await expect(sent.nth(index)).toContainText(catalogues[language][tap]);
		await expect(sent.nth(index).getByText(says(fate))).toBeVisible();
		await expect(sent.nth(index).getByText(says('activity.noop'))).toBeHidden();
	}
}
