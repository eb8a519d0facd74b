import type { Instant } from '#sync/core/time.ts';
import type { PendingWork } from '#lib/device/sync/device.ts';
import type { NetworkState } from '#lib/device/sync/ports.ts';
import type { HistoryEntry } from '#lib/device/sync/store.ts';

export type Bundle = {
	readonly build: string;
	readonly deviceId: string;
	readonly nextSeq: number;
	readonly now: Instant;
	readonly network: NetworkState;
	readonly syncedAt: Instant | null;
	readonly pending: readonly PendingWork[];
	readonly history: readonly HistoryEntry[];
};

/**
 * What somebody who helps must know, as text to paste into a message. It carries no arguments, no
 * subjects and no ids of people or things: nobody has to wonder what he is sending around.
 */
export function bundleText(bundle: Bundle): string {
	const { pending, history } = bundle;
	const counts = [...new Set(history.map(({ status }) => status))].map(
		(status) => `${status} ${history.filter((each) => each.status === status).length}`,
	);
	return [
		`build ${bundle.build}`,
		`device ${bundle.deviceId}, next ${bundle.nextSeq}`,
		`now ${bundle.now}, network ${bundle.network}, last answer ${bundle.syncedAt ?? 'never'}`,
		`waiting ${pending.length}${counts.length > 0 ? `, ${counts.join(', ')}` : ''}`,
		'',
		...pending.map(({ seq, name, status, enqueuedAt, doubt }) =>
			line([String(seq), enqueuedAt, name, status, doubt]),
		),
		...history.map(({ seq, name, status, endedAt, refusal }) =>
			line([String(seq), endedAt, name, status, refusal]),
		),
	].join('\n');
}

const line = (parts: readonly (string | null)[]): string =>
	parts.filter((part) => part !== null).join(' ');
