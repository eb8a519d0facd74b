import type { DocKey } from '#sync/core/document.ts';
import { createRetry } from './backoff.ts';
import { coalesced } from './coalesced.ts';
import { SendFailure, type NetworkState, type Ports, type SyncStatus } from './ports.ts';
import { createRound, type Round } from './round.ts';
import type { DeviceStore } from './store.ts';

export type SyncLoop = {
	/**
	 * Sends what waits and reads what is new until neither is left. Resolves when that is done or
	 * has failed for now (see `status`); rejects only for what is no network's fault.
	 */
	readonly sync: () => Promise<void>;
	/** The same without waiting. */
	readonly wake: () => void;
	readonly status: () => SyncStatus;
	/** Takes over what another tab of this phone learned of the network. */
	readonly hear: (status: SyncStatus) => void;
	/** Resolves when it does not use the store any more. */
	readonly stop: () => Promise<void>;
};

export type SyncLoopOptions = {
	readonly store: DeviceStore;
	readonly ports: Ports;
	readonly build: string;
	readonly browserId: string;
	/** Names the lock: one request is in flight per user, whatever the number of tabs. */
	readonly lockName: string;
	readonly applied: (keys: readonly DocKey[]) => Promise<void>;
	readonly statusChanged: () => void;
};

/**
 * Keeps phone and server level. One run at a time, and after a failure it tries again by itself;
 * only a signed-out or unwanted device waits to be asked.
 */
export function createSyncLoop(options: SyncLoopOptions): SyncLoop {
	const { store, ports, build, browserId } = options;
	const status = createStatus(options);
	const retry = createRetry(ports, wake);
	let stopped = false;
	const isOver = () => stopped || status.get().network === 'stopped';
	const tell = (news: Partial<SyncStatus>) => {
		if (!stopped) status.tell(news);
	};

	const round = createRound({
		...{ store, ports, build, browserId, isOver },
		sending: (seqs) => tell({ sending: seqs }),
		applied: async (keys, answer) => {
			retry.succeeded();
			ports.channel.post({ kind: 'changed', keys });
			await options.applied(keys);
			tell({ network: 'online', syncedAt: answer.now });
		},
	});
	const run = coalesced(async () => {
		if (isOver()) return;
		retry.cancel();
		try {
			await ports.locks(options.lockName, () => untilLevel(round, isOver));
		} catch (error) {
			if (stopped) return;
			if (!(error instanceof SendFailure)) {
				retry.later(0);
				throw error; // Storage that fails, or a bug: whoever waits is told.
			}
			const network = networkAfter(error);
			tell({ network });
			if (network === 'offline') retry.later(error.retryAfterMs);
		}
	});

	function wake(): void {
		run().catch(ports.report);
	}

	return {
		sync: run,
		wake,
		status: status.get,
		hear: status.hear,
		stop: () => {
			stopped = true;
			retry.cancel();
			return round.idle();
		},
	};
}

/** What is known of the network, the same in all tabs. */
function createStatus({ ports, statusChanged }: SyncLoopOptions) {
	let status: SyncStatus = { network: 'unknown', sending: [], syncedAt: null };
	const hear = (heard: SyncStatus) => {
		status = heard;
		statusChanged();
	};
	return {
		get: () => status,
		hear,
		tell: (news: Partial<SyncStatus>) => {
			hear({ ...status, ...news });
			ports.channel.post({ kind: 'status', status });
		},
	};
}

/** Pages of one run; a server that always has more is unwell. */
const roundsMax = 1_000;

async function untilLevel(round: Round, isOver: () => boolean): Promise<void> {
	for (let count = 0; count < roundsMax; count += 1) {
		if (isOver() || !(await round.go())) return;
	}
	throw new SendFailure('unavailable');
}

function networkAfter({ reason }: SendFailure): NetworkState {
	switch (reason) {
		case 'signed_out':
			return 'signed_out';
		case 'forbidden':
			return 'stopped';
		case 'offline':
		case 'unavailable':
		case 'too_large':
			return 'offline';
	}
}
