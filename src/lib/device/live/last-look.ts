import type { Instant } from '#sync/core/time.ts';
import { keepSnapshot, recallSnapshot } from '#lib/snapshot/snapshot.ts';
import type { PendingWork } from '#lib/device/sync/device.ts';
import { needsAuthor, type Remembered } from '#lib/device/sync/marks.ts';

/** What marks and the pill look at. */
export type Work = {
	readonly pending: readonly PendingWork[];
	/** Newest first. */
	readonly history: readonly Remembered[];
};
type Row =
	| { readonly about: readonly string[]; readonly pending: Omit<PendingWork, 'about'> }
	| { readonly about: readonly string[]; readonly ended: Omit<Remembered, 'about'> };

const name = 'work';
/** Together no more than a snapshot holds. More that waits is not counted wrong, but not at all. */
const pendingMax = 15;
const endedMax = 15;

/** Keeps it for the next start: so that no mark comes, or goes, when the database opens. */
export function keepWork(owner: string, work: Work, at: Instant | null): void {
	keepSnapshot(owner, name, () => ({ rows: rowsOf(work), at }));
}

/** As it was when this person last looked. */
export function recallWork(owner: string): (Work & { readonly at: Instant | null }) | null {
	const kept = recallSnapshot<Row>(owner, name);
	if (kept === null) return null;
	return {
		at: kept.at,
		pending: kept.rows.flatMap((row) => {
			if (!('pending' in row)) return [];
			const { pending, about } = row;
			// Nothing is on its way yet.
			const status = pending.status === 'sending' ? 'queued' : pending.status;
			return [{ ...pending, status, about: new Set(about) }];
		}),
		history: kept.rows.flatMap((row) =>
			'ended' in row ? [{ ...row.ended, about: new Set(row.about) }] : [],
		),
	};
}

function rowsOf({ pending, history }: Work): readonly Row[] {
	if (pending.length > pendingMax) return [];
	const needed = history.filter(needsAuthor);
	const kept = new Set([...needed, ...history].slice(0, endedMax));
	return [
		...pending.map(({ about, ...rest }) => ({ about: [...about], pending: rest })),
		...history
			.filter((entry) => kept.has(entry))
			.map(({ about, ...rest }) => ({ about: [...about], ended: rest })),
	];
}
