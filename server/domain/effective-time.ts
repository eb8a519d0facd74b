import { addMs, dayMs, earlier, later, type Instant } from '#sync/core/time.ts';
import type { ClaimedTime } from '#sync/protocol/sync.ts';

/** A report is believed this far back, and no further. */
const believedDays = 7;

/** What the server knows of a phone when its mutation arrives. */
export type Known = {
	/** The effective time of its previous mutation. */
	readonly lastEff: Instant | null;
	/** When it last spoke with the server, if nothing was waiting on it then. */
	readonly emptyAt: Instant | null;
};

/**
 * When something was done: the phone's clock corrected by its measured offset, but never after it
 * arrived, nor before what is known to have come earlier. Clocks inform, they never gate.
 */
export function effectiveTime(
	claimed: ClaimedTime,
	known: Known,
	receivedAt: Instant,
): { readonly effLo: Instant; readonly eff: Instant } {
	const bounds = [known.lastEff, known.emptyAt].filter((each) => each !== null);
	const oldest = addMs(receivedAt, -believedDays * dayMs);
	const effLo = earlier(bounds.reduce(later, oldest), receivedAt);
	const told = addMs(claimed.wall, claimed.offsetMs ?? 0);
	return { effLo, eff: later(effLo, earlier(told, receivedAt)) };
}
