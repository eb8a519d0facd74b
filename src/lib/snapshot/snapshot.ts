import { schemaVersion } from '#sync/protocol/version.ts';
import type { Instant } from '#sync/core/time.ts';
import { forgetKeptOf, forgetKeptOfOthers, readKept, writeKept } from './kept.ts';

/** The rows a list showed last, and when the server last answered. */
export type Snapshot<Row> = { readonly rows: readonly Row[]; readonly at: Instant | null };

/** More than fills a screen is not waited for. */
const rowsMax = 30;
/** Characters of one list; a phone's whole storage of this kind is five million. */
const charactersMax = 60_000;

/** What was shown when this person last looked, read without waiting for a database. */
export function recallSnapshot<Row>(owner: string, name: string): Snapshot<Row> | null {
	const kept = readKept('snapshot', owner, name) as
		(Snapshot<Row> & { readonly schema: number }) | null;
	if (kept?.schema !== schemaVersion || !Array.isArray(kept.rows)) return null;
	return { rows: kept.rows, at: kept.at };
}

type Waiting = {
	readonly owner: string;
	readonly name: string;
	readonly read: () => Snapshot<unknown>;
};
const waiting = new Map<string, Waiting>();
let cleanedFor: string | null = null;

/**
 * Keeps what a list shows as soon as the browser has nothing better to do, or when it is put away.
 * `read` is asked only then: a list that changes ten times in a second is written once.
 */
export function keepSnapshot<Row>(owner: string, name: string, read: () => Snapshot<Row>): void {
	if (waiting.size === 0) whenIdle(keepWaiting);
	waiting.set(`${owner} ${name}`, { owner, name, read });
}

/** Signing out: what this person saw is gone from here, also what was about to be written. */
export function forgetSnapshots(owner: string): void {
	for (const [key, each] of waiting) if (each.owner === owner) waiting.delete(key);
	forgetKeptOf(owner);
}

function keepWaiting(): void {
	const now = [...waiting.values()];
	waiting.clear();
	for (const { owner, name, read } of now) {
		// Somebody who lost his session never signed out here: whoever comes next finds nothing of his.
		if (cleanedFor !== owner) forgetKeptOfOthers(owner);
		cleanedFor = owner;
		const { rows, at } = read();
		writeKept('snapshot', owner, name, { schema: schemaVersion, at, rows: fitting(rows) });
	}
}

/** As many of the first rows as there is room for. */
function fitting(rows: readonly unknown[]): readonly unknown[] {
	const kept: unknown[] = [];
	let room = charactersMax;
	for (const row of rows.slice(0, rowsMax)) {
		room -= JSON.stringify(row).length;
		if (room < 0) return kept;
		kept.push(row);
	}
	return kept;
}

function whenIdle(run: () => void): void {
	document.addEventListener('visibilitychange', run, { once: true });
	// Safari has no idle time to give: there a moment later must do.
	if ('requestIdleCallback' in globalThis) requestIdleCallback(run, { timeout: 2_000 });
	else setTimeout(run, 500);
}
