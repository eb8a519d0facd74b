import { dayMs } from '#sync/core/time.ts';

const laterMs = 14 * dayMs;
/** Whoever comes back after this long visits again. */
const visitMs = 30 * 60_000;

const visitKey = 'moto-visit';
const laterKey = 'moto-install-later';

export type Visit = { readonly count: number; readonly lastMs: number };
export type Occasion = {
	/** It runs from the home screen already. */
	readonly isInstalled: boolean;
	readonly visits: number;
	/** Something that was done here has reached the server. */
	readonly succeeded: boolean;
	/** When somebody said "not now". */
	readonly refusedMs: number | null;
	readonly nowMs: number;
};

/** Asked only of who has seen what it is good for, and not again for two weeks after a no. */
export function mayOffer({ isInstalled, visits, succeeded, refusedMs, nowMs }: Occasion): boolean {
	if (isInstalled || (refusedMs !== null && nowMs - refusedMs < laterMs)) return false;
	return succeeded || visits >= 2;
}

/** A reload is no visit. */
export const nextVisit = (last: Visit | null, nowMs: number): Visit =>
	last !== null && nowMs - last.lastMs < visitMs
		? { count: last.count, lastMs: nowMs }
		: { count: (last?.count ?? 0) + 1, lastMs: nowMs };

/** Counts this start, and answers which visit it belongs to. */
export function countVisit(storage: Storage, nowMs: number): number {
	const visit = nextVisit(JSON.parse(storage.getItem(visitKey) ?? 'null') as Visit | null, nowMs);
	storage.setItem(visitKey, JSON.stringify(visit));
	return visit.count;
}

export const refuseFor = (storage: Storage, nowMs: number): void =>
	storage.setItem(laterKey, String(nowMs));

export function refusedAt(storage: Storage): number | null {
	const kept = storage.getItem(laterKey);
	return kept === null ? null : Number(kept);
}
