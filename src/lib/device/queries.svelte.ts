import type { MangoQuery } from 'rxdb/plugins/core';
import type { Doc } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import type { BrowserDevice } from './browser-device.ts';
import { report } from './browser-ports.ts';
import { coalesced } from './coalesced.ts';
import type { DocumentOf } from './documents.ts';
import { inUse } from './in-use.svelte.ts';

export type Live<Row> = {
	readonly rows: readonly Row[];
	/** The rows are what this phone knows, not "nothing yet". */
	readonly ready: boolean;
};

type Query<C extends CollectionName> = MangoQuery<DocumentOf<C> & Doc>;

/**
 * Documents of this phone that match, pending work included, kept up to date while the component
 * lives: `live('jobs', { selector: { shopId } })`. Give a function where the query depends on
 * something that changes; while it answers null, nothing is asked.
 */
export function live<C extends CollectionName>(
	collection: C,
	query: Query<C> | (() => Query<C> | null) = {},
): Live<DocumentOf<C>> {
	let rows = $state.raw<readonly DocumentOf<C>[]>([]);
	let ready = $state(false);

	$effect(() => {
		const open = inUse.device;
		const wanted = typeof query === 'function' ? query() : query;
		ready = false;
		if (open === null || wanted === null) {
			rows = [];
			return;
		}
		return follow<C>(open, collection, wanted, (next) => {
			rows = next;
			ready = true;
		});
	});

	return {
		get rows() {
			return rows;
		},
		get ready() {
			return ready;
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
