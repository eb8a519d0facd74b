import { seenMax, type SyncRequest } from '#sync/protocol/sync.ts';
import type { Timers } from './ports.ts';

/** A visit that was really on a visible screen, as new as it was there. */
export type Sight = SyncRequest['seen'][number];

export type Sights = {
	readonly add: (sight: Sight) => void;
	/** Those that the next request carries. */
	readonly next: () => Sight[];
	/** The server has these; what was seen newer meanwhile stays. */
	readonly told: (sights: readonly Sight[]) => void;
	readonly waiting: () => boolean;
	readonly stop: () => void;
};

/** So long a receipt waits for other work to go along with. */
const companyMs = 2_000;

/**
 * Read receipts, best effort: kept in memory, sent along with the next round or soon in one of its
 * own. Nobody's work depends on them, so they are never part of the outbox.
 */
export function createSights(timers: Timers, go: () => void): Sights {
	const waiting = new Map<string, Sight>();
	let cancel: (() => void) | null = null;
	const stop = () => {
		cancel?.();
		cancel = null;
	};
	return {
		add: (sight) => {
			if (!isNewer(sight, waiting.get(sight.bookingId))) return;
			waiting.set(sight.bookingId, sight);
			cancel ??= timers.after(companyMs, () => {
				cancel = null;
				go();
			});
		},
		next: () => [...waiting.values()].slice(0, seenMax),
		told: (sights) => {
			for (const sight of sights)
				if (waiting.get(sight.bookingId) === sight) waiting.delete(sight.bookingId);
			if (waiting.size === 0) stop();
		},
		waiting: () => waiting.size > 0,
		stop,
	};
}

const isNewer = (sight: Sight, known: Sight | undefined): boolean =>
	known === undefined ||
	sight.bookingVersion > known.bookingVersion ||
	sight.jobVersion > known.jobVersion;
