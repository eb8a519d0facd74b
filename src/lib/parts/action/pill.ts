import { hourMs, minuteMs, msOf, type Instant } from '#sync/core/time.ts';
import type { NetworkState } from '#lib/device/sync/ports.ts';
import type { IconName } from '#lib/ui/icons/paths.ts';
import { clockTime, dayAndTime } from '#lib/words/format.ts';
import { t } from '#lib/words/words.svelte.ts';

export type PillState = {
	readonly network: NetworkState;
	readonly waiting: number;
	readonly needsYou: number;
	/** By the server's clock: since when the oldest waits; null: nothing does. */
	readonly oldestAt: Instant | null;
	readonly now: Instant;
};
type PillView = {
	readonly tone: 'good' | 'calm' | 'care' | 'grey';
	readonly icon: IconName;
	readonly text: string;
	/** How long the oldest has been waiting, once that is worth a word. */
	readonly note?: string;
};

/** From here on a wait is told, from there on it is amber, and then somebody must do something. */
const toldMs = hourMs;
const amberMs = 4 * hourMs;
const tooLongMs = 24 * hourMs;

/**
 * What the pill says, the most pressing thing first. Being offline is grey, never red: it is the
 * ordinary state of a basement, and work goes on. Only what has waited for hours becomes amber.
 */
export function pillOf(state: PillState): PillView {
	if (state.needsYou > 0)
		return { tone: 'care', icon: 'alert', text: t('pill.needsYou', { count: state.needsYou }) };
	const view = standing(state);
	return { ...view, ...aged(state, view.tone) };
}

function standing({ network, waiting }: PillState): Omit<PillView, 'note'> {
	switch (network) {
		case 'signed_out':
			return { tone: 'care', icon: 'person', text: t('pill.signIn') };
		case 'stopped':
			return { tone: 'care', icon: 'alert', text: t('pill.stopped') };
		case 'revoked':
			return { tone: 'care', icon: 'lock', text: t('pill.revoked') };
		case 'offline':
			return { tone: 'grey', icon: 'offline', text: offlineText(waiting) };
		case 'unknown':
		case 'online':
			if (waiting > 0)
				return { tone: 'calm', icon: 'clock', text: t('pill.waiting', { count: waiting }) };
			return network === 'online'
				? { tone: 'good', icon: 'accept', text: t('pill.allSent') }
				: { tone: 'grey', icon: 'clock', text: t('pill.connecting') };
	}
}

function aged(
	{ oldestAt, now, waiting }: PillState,
	tone: PillView['tone'],
): Partial<Pick<PillView, 'tone' | 'note'>> {
	const ageMs = oldestAt === null || waiting === 0 ? 0 : msOf(now) - msOf(oldestAt);
	if (oldestAt === null || ageMs < toldMs) return {};
	if (ageMs >= tooLongMs)
		return { tone: 'care', note: t('pill.findNetwork', { time: dayAndTime(oldestAt, now) }) };
	return {
		tone: ageMs >= amberMs ? 'care' : tone,
		note: t('pill.since', { time: clockTime(oldestAt) }),
	};
}

/** What is shown may be old: told while there is no network and the last answer is not fresh. */
export const isStale = (network: NetworkState, syncedAt: Instant | null, now: Instant): boolean =>
	network === 'offline' && syncedAt !== null && msOf(now) - msOf(syncedAt) > 2 * minuteMs;

const offlineText = (waiting: number): string =>
	waiting > 0 ? t('pill.offlineWaiting', { count: waiting }) : t('pill.offline');
