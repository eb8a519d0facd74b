import type { DocKey } from '#sync/core/document.ts';
import { mutatorNamed } from '#sync/registry.ts';
import type { BrowserDevice } from './browser-device.ts';
import { report } from './browser-ports.ts';
import type { PendingWork } from './device.ts';
import { inUse } from './in-use.svelte.ts';
import { concernedBy, markFor, type Mark, type Remembered } from './marks.ts';
import type { NetworkState, SyncStatus } from './ports.ts';
import type { HistoryEntry } from './store.ts';

/** Actions that the activity page shows, and that marks look at. */
const historyShown = 200;

type Snapshot = {
	readonly status: SyncStatus;
	readonly pending: readonly PendingWork[];
	readonly history: readonly Remembered[];
};
const nothing: Snapshot = {
	status: { network: 'unknown', sending: [], syncedAt: null },
	pending: [],
	history: [],
};

let shown = $state.raw<Snapshot>(nothing);

/** How this phone stands with the server: what the pill, the marks and the activity page show. */
export const syncState = {
	/** Mutations that the server has not answered yet. */
	get waiting(): number {
		return shown.pending.filter((each) => each.status !== 'accepted').length;
	},
	/** Judged by the last request, not by what the browser believes. */
	get offline(): boolean {
		return shown.status.network === 'offline';
	},
	get network(): NetworkState {
		return shown.status.network;
	},
	get syncedAt() {
		return shown.status.syncedAt;
	},
	/** Refused or lost work whose author has not read that yet. */
	get needsYou(): readonly HistoryEntry[] {
		return shown.history.filter(
			({ status, dismissed }) => !dismissed && (status === 'refused' || status === 'dropped'),
		);
	},
	get pending(): readonly PendingWork[] {
		return shown.pending;
	},
	/** What became of earlier work, newest first. */
	get history(): readonly HistoryEntry[] {
		return shown.history;
	},
};

/** What to say beside a document about the last thing done to it here; null: nothing. */
export const markOf = (key: Pick<DocKey, 'id'>): Mark | null =>
	markFor(key.id, shown.pending, shown.history);

/** The author has read why it was refused. */
export async function dismiss(mutationId: string): Promise<void> {
	await inUse.device?.device.dismiss(mutationId);
}

/** Called once by the root layout: follows the device that is in use. */
export function followSyncState(): void {
	$effect(() => {
		const open = inUse.device;
		shown = nothing;
		if (open) return follow(open);
	});
}

function follow({ device }: BrowserDevice): () => void {
	let stopped = false;
	let reads = 0;
	async function refresh(): Promise<void> {
		reads += 1;
		const mine = reads;
		const history = await device.history(historyShown);
		if (stopped || mine !== reads) return; // A later one is on its way.
		const remembered = history.map((entry) => ({
			...entry,
			about: concernedBy(entry, mutatorNamed),
		}));
		shown = { status: device.status(), pending: device.pending(), history: remembered };
	}
	const ask = () => {
		refresh().catch((error: unknown) => {
			if (!stopped) report(error);
		});
	};
	const stop = device.watch(ask);
	ask();
	return () => {
		stopped = true;
		stop();
	};
}
