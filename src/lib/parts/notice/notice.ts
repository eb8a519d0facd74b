import type { Instant } from '#sync/core/time.ts';
import type { Notice } from '#sync/notice/entity.ts';
import { dayAndTime } from '#lib/words/format.ts';
import { t } from '#lib/words/words.svelte.ts';

const told = [
	'booking_confirmed',
	'booking_expired',
	'job_assigned',
	'job_taken',
	'job_declined',
	'bike_received',
	'job_started',
	'job_completed',
	'report_needs_review',
] as const satisfies readonly Notice['kind'][];

/** What has happened. A newer server may have news that this app has no words for yet. */
export function noticeWords({ kind }: Pick<Notice, 'kind'>): string {
	const known = told.find((each) => each === kind);
	return known ? t(`news.${known}`) : t('news.other');
}

/** Of which visit, as one says it at the counter; empty where the notice does not say. */
export function noticeSubject({ params }: Pick<Notice, 'params'>, now: Instant): string {
	const code = typeof params['code'] === 'string' ? params['code'] : '';
	const startAt = typeof params['startAt'] === 'string' ? params['startAt'] : '';
	if (code === '' || startAt === '') return code;
	return t('news.forVisit', { code, time: dayAndTime(startAt, now) });
}

/** The newest ones, newest first. */
export const newest = <N extends Pick<Notice, 'at' | 'id'>>(
	notices: readonly N[],
	max: number,
): readonly N[] =>
	[...notices]
		.sort((a, b) => (a.at === b.at ? compare(b.id, a.id) : compare(b.at, a.at)))
		.slice(0, max);

/** What arrived after the app had heard of everything, and was not told yet. */
export const arrived = <N extends Pick<Notice, 'at' | 'id'>>(
	notices: readonly N[],
	since: Instant | null,
	toldIds: ReadonlySet<string>,
): readonly N[] =>
	since === null ? [] : notices.filter(({ at, id }) => at > since && !toldIds.has(id));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
