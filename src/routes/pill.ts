import type { NetworkState } from '#lib/device/ports.ts';
import type { IconName } from '#lib/ui/icons/paths.ts';
import { t } from '#lib/words/words.svelte.ts';

export type PillState = {
	readonly network: NetworkState;
	readonly waiting: number;
	readonly needsYou: number;
};
export type PillView = {
	readonly tone: 'good' | 'calm' | 'care' | 'grey';
	readonly icon: IconName;
	readonly text: string;
};

/**
 * What the pill says, the most pressing thing first. Being offline is grey, never red: it is the
 * ordinary state of a basement, and work goes on.
 */
export function pillOf({ network, waiting, needsYou }: PillState): PillView {
	if (needsYou > 0)
		return { tone: 'care', icon: 'alert', text: t('pill.needsYou', { count: needsYou }) };
	switch (network) {
		case 'signed_out':
			return { tone: 'care', icon: 'person', text: t('pill.signIn') };
		case 'stopped':
			return { tone: 'care', icon: 'alert', text: t('pill.stopped') };
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

const offlineText = (waiting: number): string =>
	waiting > 0 ? t('pill.offlineWaiting', { count: waiting }) : t('pill.offline');
