import type { MangoQuery } from 'rxdb/plugins/core';
import type { Doc } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import type { Instant } from '#sync/core/time.ts';
import { keepSnapshot, recallSnapshot } from '#lib/snapshot/snapshot.ts';
import type { BrowserDevice } from '#lib/device/running/browser-device.ts';
import { report } from '#lib/device/browser/report.ts';
import { coalesced } from '#lib/device/sync/coalesced.ts';
import type { DocumentOf } from './documents.ts';
import { inUse } from '#lib/device/running/in-use.svelte.ts';
import { session } from '#lib/device/session/session.svelte.ts';

export type Live<Row> = {
	readonly rows: readonly Row[];
	/** The rows are what this phone knows, not "nothing yet". */
	readonly ready: boolean;
	/** They come from the database: what is not among them is not on this phone. */
	readonly isLive: boolean;
	/** When the server last answered, while the rows are those of the last look; else null. */
	readonly asOf: Instant | null;
};

type Query<C extends CollectionName> = MangoQuery<DocumentOf<C> & Doc>;
type Options<Row> = {
	/**
	 * Shows at once what was shown at the last look, until the database is open: it is kept under
	 * this name, which two pages share only if they ask the same.
	 */
	readonly snapshot?: string;
	/** Which of the rows the page shows, the most important first; else all of them. */
	readonly shown?: (rows: readonly Row[]) => readonly Row[];
};

/**
 * Documents of this phone that match, pending work included, kept up to date while the component
 * lives: `live('jobs', { selector: { shopId } })`. Give a function where the query depends on
 * something that changes; while it answers null, nothing is asked.
 */
export function live<C extends CollectionName>(
	collection: C,
	query: Query<C> | (() => Query<C> | null) = {},
	{ snapshot, shown }: Options<DocumentOf<C>> = {},
): Live<DocumentOf<C>> {
	type Rows = readonly DocumentOf<C>[];
	let rows = $state.raw<Rows | null>(null);
	const owner = $derived(session.me?.user.id ?? null);
	const last = $derived(
		snapshot === undefined || owner === null
			? null
			: recallSnapshot<DocumentOf<C>>(owner, snapshot),
	);

	$effect(() => {
		const open = inUse.device;
		const wanted = typeof query === 'function' ? query() : query;
		rows = null;
		if (open === null || wanted === null) return;
		return follow<C>(open, collection, wanted, (next) => {
			rows = next;
			if (snapshot === undefined) return;
			keepSnapshot<DocumentOf<C>>(open.owner, snapshot, () => ({
				rows: shown?.(next) ?? next,
				at: open.device.status().syncedAt ?? last?.at ?? null,
			}));
		});
	});

	return {
		get rows() {
			return rows ?? last?.rows ?? [];
		},
		get ready() {
			return rows !== null || last !== null;
		},
		get isLive() {
			return rows !== null;
		},
		get asOf() {
			return rows === null ? (last?.at ?? null) : null;
		},
	};
}

/** Asks again whenever the confirmed answer or the pending work changed, one question at a time. */
function follow<C extends CollectionName>(
	open: BrowserDevice,
	collection: C,
	query: Query<C>,
	show: (rows: readonly DocumentOf<C>[]) => void,
): () => void {
	let stopped = false;
	const asked = open.queries<DocumentOf<C> & Doc>(collection, query);
	const refresh = coalesced(async () => {
		const rows = await asked.rows();
		if (!stopped) show(rows);
	});
	const ask = () => {
		if (stopped) return;
		refresh().catch((error: unknown) => {
			if (!stopped) report(error);
		});
	};
	const stops = [asked.watch(ask), open.device.watch(ask)];
	ask();
	return () => {
		stopped = true;
		for (const stop of stops) stop();
	};
}
