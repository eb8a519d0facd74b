import { keyText, type Doc, type DocKey } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import type { Refusal } from '#sync/core/rejection.ts';
import type { Mutation } from '#sync/protocol/sync.ts';
import { firstIds } from './outbox.ts';
import type { DocWrite, Reads, View } from './overlay-store.ts';
import type { OutboxRow } from './store.ts';

/** What one mutation did, or would do, on this phone. */
export type Run = {
	readonly reads: Reads;
	readonly writes: ReadonlyMap<string, DocWrite>;
	/** The rules as known here say no. It is sent nevertheless: this phone may be the stale one. */
	readonly refusal: Refusal | null;
	/** Ids of documents that it concerns: written, or asked for where nothing could be written. */
	readonly about: ReadonlySet<string>;
};

/** A mutation that is not settled yet, laid over what is below it. */
export type Layer = Run & {
	readonly row: OutboxRow;
	readonly mutation: Mutation;
	/** The first ids that it makes, whether or not it could run here. */
	readonly makes: readonly string[];
};

export const layerOf = (row: OutboxRow, mutation: Mutation, run: Run): Layer => ({
	...run,
	...{ row, mutation, makes: firstIds(mutation) },
});

/** Each document that pending work wrote, as the topmost of it left it. */
export type Tops = {
	readonly of: (collection: CollectionName) => ReadonlyMap<string, Doc>;
};

/** The documents below, with those of pending work over them. */
export const viewOver = (tops: Tops, below: View): View => ({
	doc: async (key) => tops.of(key.collection).get(key.id) ?? below.doc(key),
	docs: async (collection) => {
		const docs = await below.docs(collection);
		const above = tops.of(collection);
		if (above.size === 0) return docs;
		return [...docs.filter(({ id }) => !above.has(id)), ...above.values()];
	},
});

export type Stack = {
	readonly layers: readonly Layer[];
	readonly tops: Tops;
	/** Lays one on top. */
	readonly add: (layer: Layer) => void;
	readonly under: (touched: Iterable<string>, named: Iterable<string>) => readonly string[];
	readonly touchedBy: (mutationId: string) => Iterable<string>;
};

/** Mutations that one may depend on; older ones have long been answered. */
const dependenciesMax = 100;

/**
 * Layers with the registers that a tap looks things up in: who wrote a document, who makes an id. A
 * tap over a thousand waiting ones must cost what the first one cost.
 */
export function createStack(): Stack {
	const layers: Layer[] = [];
	const tops = new Map<CollectionName, Map<string, Doc>>();
	const none = new Map<string, Doc>();
	const byMutation = new Map<string, Layer>();
	const writers = new Map<string, number[]>();
	const makers = new Map<string, number>();

	return {
		layers,
		tops: { of: (collection) => tops.get(collection) ?? none },
		add: (layer) => {
			const index = layers.push(layer) - 1;
			byMutation.set(layer.row.id, layer);
			for (const id of layer.makes) makers.set(id, index);
			for (const { key, doc } of layer.writes.values()) {
				put(tops, key, doc);
				const known = writers.get(keyText(key));
				if (known) known.push(index);
				else writers.set(keyText(key), [index]);
			}
		},
		under: (touched, named) => {
			const found = new Set<number>();
			for (const key of touched)
				for (const index of writers.get(key)?.slice(-dependenciesMax) ?? []) found.add(index);
			for (const id of named) {
				const index = makers.get(id);
				if (index !== undefined) found.add(index);
			}
			return [...found]
				.sort((a, b) => a - b)
				.flatMap((index) => layers[index] ?? [])
				.filter(({ row }) => row.ack === null)
				.map(({ row }) => row.id)
				.slice(-dependenciesMax);
		},
		touchedBy: (mutationId) => {
			const layer = byMutation.get(mutationId);
			if (!layer) return [];
			const written = [...layer.writes.values()].map(({ key }) => key.id);
			return [...written, ...[...layer.reads.gets.values()].map(({ id }) => id)];
		},
	};
}

function put(tops: Map<CollectionName, Map<string, Doc>>, { collection, id }: DocKey, doc: Doc) {
	const known = tops.get(collection);
	if (known) known.set(id, doc);
	else tops.set(collection, new Map([[id, doc]]));
}
