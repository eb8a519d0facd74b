import type { DocKey } from '#sync/core/document.ts';
import type { SyncAnswer } from '#sync/protocol/sync.ts';
import { createRetry, withRest } from './backoff.ts';
import { coalesced } from './coalesced.ts';
import type { Touched } from './leaving.ts';
import { createLongPoll } from './long-poll.ts';
import { SendFailure, type NetworkState, type Ports, type SyncStatus } from './ports.ts';
import { beginsAgain, createRound, type Round } from './round.ts';
import { createSights, type Sight, type Sights } from './seen.ts';
import type { DeviceStore } from './store.ts';
import { takeBack } from './withdraw.ts';

export type SyncLoop = {
	/**
	 * Sends what waits and reads what is new until neither is left. Resolves when that is done or
	 * has failed for now (see `status`); rejects only for what is no network's fault.
	 */
	readonly sync: () => Promise<void>;
	/** The same without waiting. */
	readonly wake: () => void;
	/** Something was done here: it goes out at once, or in a second if the last try has just failed. */
	readonly nudge: () => void;
	readonly status: () => SyncStatus;
	/** Takes over what another tab of this phone learned of the network. */
	readonly hear: (status: SyncStatus) => void;
	/** Another tab has something to send and waits for the lock. */
	readonly giveWay: () => void;
	/** Asks with patience, because no stream comes through; or does not any more. */
	readonly poll: (on: boolean) => void;
	/** Something was really on a visible screen. */
	readonly see: (sight: Sight) => void;
	/** Takes work back that is not on its way; false if it is, or was answered. */
	readonly withdraw: (mutationId: string) => Promise<boolean>;
	/** Runs while no tab of this phone takes an answer in. */
	readonly aside: <T>(work: () => Promise<T>) => Promise<T>;
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
	readonly isVisible: () => boolean;
	readonly touched: Touched;
	readonly applied: (keys: readonly DocKey[]) => Promise<void>;
	readonly statusChanged: () => void;
};

/**
 * Keeps phone and server level. One run at a time, and after a failure it tries again by itself;
 * only a signed-out or unwanted device waits to be asked.
 */
export function createSyncLoop(options: SyncLoopOptions): SyncLoop {
	const { store, ports, lockName } = options;
	const status = createStatus(options);
	const sights = createSights(ports.timers, () => {
		if (status.get().network === 'online') wake();
	});
	const alone = <T>(work: () => Promise<T>) => ports.locks(lockName, work);
	const { round, run, poll, rests, stop } = createRuns(options, {
		...{ status, sights, alone, wake },
	});

	function sync(): Promise<void> {
		poll.interrupt();
		return run();
	}
	function wake(): void {
		sync().catch(ports.report);
	}

	return {
		sync,
		wake,
		nudge: () => {
			if (!rests()) wake();
		},
		status: status.get,
		hear: status.hear,
		giveWay: () => {
			poll.interrupt();
			poll.later();
		},
		poll: poll.use,
		see: sights.add,
		withdraw: (mutationId) =>
			round.between(() => takeBack(store, ports.clock, mutationId, status.get().sending)),
		aside: alone,
		stop: () => {
			sights.stop();
			return stop();
		},
	};
}

type Running = {
	readonly status: ReturnType<typeof createStatus>;
	readonly sights: Sights;
	readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
	readonly wake: () => void;
};

/** Rounds until both sides are level, then patience; after a failure, again by itself. */
function createRuns(options: SyncLoopOptions, { status, sights, alone, wake }: Running) {
	const { ports, isVisible } = options;
	const retry = withRest(createRetry(ports, wake, isVisible), ports.clock);
	let stopped = false;
	let heard = false;
	const isOver = () => stopped || endings.includes(status.get().network);
	const tell = (news: Partial<SyncStatus>) => {
		if (!stopped) status.tell(news);
	};
	const round = roundOf(options, {
		...{ sights, isOver, tell },
		took: (keys, answer) => {
			if (!beginsAgain(answer)) retry.succeeded();
			heard = keys.length > 0;
		},
	});
	/** Storage that fails, or a bug, is thrown on: whoever waits is told. */
	const failed = (error: unknown) => {
		if (stopped) return;
		const network = error instanceof SendFailure ? networkAfter(error) : null;
		if (network) tell({ network });
		if (network === null || network === 'offline')
			retry.later(error instanceof SendFailure ? error.retryAfterMs : 0);
		if (network === null) throw error;
	};
	const poll = createLongPoll({
		...{ ports, isVisible, next: wake },
		ask: (sendOptions) =>
			alone(async () => {
				heard = false;
				const more = !sendOptions.signal?.aborted && (await round.go(sendOptions));
				return { more, news: heard };
			}),
		failed,
	});
	const run = coalesced(async () => {
		if (isOver()) return;
		retry.cancel();
		try {
			await alone(() => untilLevel(round, isOver));
			if (!isOver()) poll.later();
		} catch (error) {
			failed(error);
		}
	});
	const stop = (): Promise<void> => {
		stopped = true;
		poll.use(false);
		retry.cancel();
		return round.idle();
	};
	return { round, run, poll, rests: retry.rests, stop };
}

type Ears = {
	readonly sights: Sights;
	readonly isOver: () => boolean;
	readonly tell: (news: Partial<SyncStatus>) => void;
	readonly took: (keys: readonly DocKey[], answer: SyncAnswer) => void;
};

function roundOf(options: SyncLoopOptions, { sights, isOver, tell, took }: Ears): Round {
	const { store, ports, build, browserId, touched, applied } = options;
	return createRound({
		...{ store, ports, build, browserId, isOver, touched, sights },
		sending: (sending) => tell({ sending }),
		applied: async (keys, answer) => {
			took(keys, answer);
			ports.channel.post({ kind: 'changed', keys });
			await applied(keys);
			tell({ network: 'online', syncedAt: answer.now, outdated: answer.outdated === true });
		},
	});
}

const endings: readonly NetworkState[] = ['stopped', 'revoked'];

/** What is known of the network, the same in all tabs. */
function createStatus({ ports, statusChanged }: SyncLoopOptions) {
	let status: SyncStatus = {
		...{ network: 'unknown', sending: [], syncedAt: null, outdated: false },
	};
	const hear = (heard: SyncStatus) => {
		status = heard;
		statusChanged();
	};
	return {
		get: () => status,
		hear,
		tell: (news: Partial<SyncStatus>) => {
			if (news.sending?.length === 0 && status.sending.length === 0) return; // As it was.
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
		case 'revoked':
			return 'revoked';
		case 'offline':
		case 'unavailable':
		case 'too_large':
			return 'offline';
	}
}
