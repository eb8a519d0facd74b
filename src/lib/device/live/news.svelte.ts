import type { Instant } from '#sync/core/time.ts';
import { report } from '#lib/device/browser/report.ts';
import { onThisPhone } from '#lib/device/browser/names.ts';
import { session } from '#lib/device/session/session.svelte.ts';

/** Up to when a person has read his news, for this phone alone; it goes when he signs out. */
const keyOf = (userId: string): string => onThisPhone(`moto-news-${userId}`);

let kept = $state.raw<{ readonly userId: string; readonly until: Instant } | null>(null);

/** The newest notice that was read here; null: none yet. */
export function newsReadUntil(): Instant | null {
	const userId = session.me?.user.id;
	if (userId === undefined) return null;
	if (kept?.userId === userId) return kept.until;
	return localStorage.getItem(keyOf(userId));
}

/** Everything up to then was before his eyes. */
export function readNews(until: Instant): void {
	const userId = session.me?.user.id;
	const before = newsReadUntil();
	if (userId === undefined || (before !== null && before >= until)) return;
	kept = { userId, until };
	try {
		localStorage.setItem(keyOf(userId), until);
	} catch (error) {
		report(error); // A full phone: the news are new again at the next start, nothing else.
	}
}
