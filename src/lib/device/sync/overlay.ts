import { keyText, type Doc, type DocKey } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import type { Mutation } from '#sync/protocol/sync.ts';
import { folded, type FoldOptions } from './fold.ts';
import { createStack, viewOver, type Layer, type Run } from './layers.ts';
import type { Draft } from './outbox.ts';
import type { View } from './overlay-store.ts';
import { runOn } from './run.ts';
import type { OutboxRow } from './store.ts';

export type Overlay = {
	/** Runs a mutation on top of everything, without showing it; tells what its author saw. */
	readonly run: (draft: Draft) => Promise<Run & { readonly base: Mutation['base'] }>;
	/** Shows work that has just become durable. */
	readonly show: (layer: Layer) => void;
	/** Takes over the outbox as it is now, and that these documents changed below. */
	readonly reconcile: (rows: readonly OutboxRow[], changed: readonly DocKey[]) => Promise<void>;
	readonly layers: () => readonly Layer[];
	/** Unanswered work that one builds on which touches these documents and names these ids. */
	readonly under: (touched: Iterable<string>, named: Iterable<string>) => readonly string[];
	/** Ids of the documents that a piece of work read or wrote. */
	readonly touchedBy: (row: OutboxRow) => Iterable<string>;
	/** Documents that pending work touches, as they are with it. */
	readonly touched: (collection: CollectionName) => ReadonlyMap<string, Doc>;
	/** The documents with everything pending on top. */
	readonly view: View;
};

/**
 * Pending work, folded in the order of its numbers over the confirmed documents; nothing of it is
 * ever written into them. A new tap runs only itself, on top. Work is folded again only when a
 * document that it reads, writes or would have found becomes another (by a pull, or because its writer
 * is settled), and then each mutation runs with its own frozen time and makes the same ids.
 * (docs/sync-protocol.md, "What is shown")
 */
export function createOverlay(options: FoldOptions): Overlay {
	const { confirmed } = options;
	// Exchanged in one go: nobody ever sees half of a fold.
	let shown = createStack();
	const view: View = {
		doc: (key) => viewOver(shown.tops, confirmed).doc(key),
		docs: (collection) => viewOver(shown.tops, confirmed).docs(collection),
	};

	return {
		run: (draft) => runWatched(options, view, draft),
		show: (layer) => shown.add(layer),
		reconcile: async (rows, changed) => {
			shown = await folded(options, shown.layers, rows, changed);
		},
		layers: () => shown.layers,
		under: (touched, named) => shown.under(touched, named),
		touchedBy: ({ id }) => shown.touchedBy(id),
		touched: (collection) => new Map(shown.tops.of(collection)),
		view,
	};
}

/** `base` fills while the run reads, so that a rule finds in it what it has just asked for. */
async function runWatched(options: FoldOptions, view: View, draft: Draft) {
	const base: Record<string, number> = {};
	const watched: View = {
		docs: view.docs,
		doc: async (key) => {
			const version = (await options.confirmed.doc(key))?.['version'];
			if (typeof version === 'number') base[keyText(key)] = version;
			return view.doc(key);
		},
	};
	return { ...(await runOn(options, watched, { ...draft, base })), base };
}
