import type { Refusal } from '#sync/core/rejection.ts';
import type { Mutation } from '#sync/protocol/sync.ts';
import { firstIds } from './outbox.ts';
import type { DocWrite, Reads } from './overlay-store.ts';
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
export type Layer = Run & { readonly row: OutboxRow; readonly mutation: Mutation };

/** Each document that pending work wrote, as the topmost of it left it. */
export type Tops = ReadonlyMap<string, DocWrite>;

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
	const tops = new Map<string, DocWrite>();
	const byMutation = new Map<string, Layer>();
	const writers = new Map<string, number[]>();
	const makers = new Map<string, number>();

	return {
		layers,
		tops,
		add: (layer) => {
			const index = layers.push(layer) - 1;
			byMutation.set(layer.row.id, layer);
			for (const id of firstIds(layer.mutation)) makers.set(id, index);
			for (const [key, write] of layer.writes) {
				tops.set(key, write);
				const known = writers.get(key);
				if (known) known.push(index);
				else writers.set(key, [index]);
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
