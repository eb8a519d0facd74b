import type { Instant } from '#sync/core/time.ts';
import type { Difference } from '#lib/device/sync/store.ts';
import { clockTime, dayAndTime, money } from '#lib/words/format.ts';
import { t } from '#lib/words/words.svelte.ts';

/** `4:30 pm → 5:00 pm`: what the phone had shown, and what is so. */
export function differenceText(
	{ field, before, after }: Difference,
	now: Instant,
	nameOf: (workerId: string) => string | undefined,
): string {
	switch (field) {
		case 'startAt': {
			const sameDay = String(before).slice(0, 10) === String(after).slice(0, 10);
			const said = (at: Difference['before']) =>
				sameDay ? clockTime(String(at)) : dayAndTime(String(at), now);
			return t('mark.change', { before: said(before), after: said(after) });
		}
		case 'workerId': {
			const said = (id: Difference['before']) =>
				id === null ? t('activity.nobody') : (nameOf(String(id)) ?? t('activity.somebody'));
			return t('mark.change', { before: said(before), after: said(after) });
		}
		case 'totalPaise':
			return t('mark.change', { before: money(Number(before)), after: money(Number(after)) });
	}
}
