import { requireRole, type Actor } from '#sync/core/actor.ts';
import { keyText, type Doc, type DocKey } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import { derivedIds } from '#sync/core/id.ts';
import type { AnyMutator, Context } from '#sync/core/mutator.ts';
import { Rejection, type Refusal } from '#sync/core/rejection.ts';
import type { Mutation } from '#sync/protocol/sync.ts';
import { firstIds, frozenAt, parsedArgs, thaw, type Draft } from './outbox.ts';
import { createOverlayStore, type DocWrite, type Reads, type View } from './overlay-store.ts';
import type { OutboxRow } from './store.ts';

/** What one mutation did, or would do, on this phone. */
type Run = {
	readonly reads: Reads;
	readonly writes: ReadonlyMap<string, DocWrite>;
	/** The rules as known here say no. It is sent nevertheless: this phone may be the stale one. */
	readonly refusal: Refusal | null;
	/** Ids of documents that it concerns: written, or asked for where nothing could be written. */
	readonly about: ReadonlySet<string>;
};

/** A mutation that is not settled yet, laid over what is below it. */
export type Layer = Run & { readonly row: OutboxRow; readonly mutation: Mutation };

export type Overlay = {
	/** Runs a mutation on top of everything, without showing it; tells what its author saw. */
	readonly run: (draft: Draft) => Promise<Run & { readonly base: Mutation['base'] }>;
	/** Shows work that has just become durable. */
	readonly show: (layer: Layer) => void;
	/** Takes over the outbox as it is now, and that these documents changed below. */
	readonly reconcile: (rows: readonly OutboxRow[], changed: readonly DocKey[]) => Promise<void>;
	readonly layers: () => readonly Layer[];
	/** Documents that pending work touches, as they are with it. */
	readonly touched: (collection: CollectionName) => ReadonlyMap<string, Doc>;
	/** The documents with everything pending on top. */
	readonly view: View;
};

export type OverlayOptions = {
	readonly confirmed: View;
	readonly mutatorNamed: (name: string) => AnyMutator | null;
	readonly actor: () => Actor;
	readonly report: (error: unknown) => void;
};

/**
 * Pending work, folded in the order of its numbers over the confirmed documents; nothing of it is
 * ever written into them. A new tap runs only itself, on top. Everything is folded again only when a
 * document changes (by a pull, or because its writer is settled) that a layer reads or writes, and
 * then each mutation runs with its own frozen time and makes the same ids.
 * (docs/sync-protocol.md, "What is shown")
 */
export function createOverlay(options: OverlayOptions): Overlay {
	const { confirmed } = options;
	// Exchanged in one go: nobody ever sees half of a fold.
	let shown = { layers: [] as readonly Layer[], tops: topsOf([]) };
	const show = (layers: readonly Layer[]) => {
		shown = { layers, tops: topsOf(layers) };
	};
	const view: View = {
		doc: (key) => viewOver(shown.tops, confirmed).doc(key),
		docs: (collection) => viewOver(shown.tops, confirmed).docs(collection),
	};

	return {
		run: (draft) => runWatched(options, view, draft),
		show: (layer) => show([...shown.layers, layer]),
		reconcile: async (rows, changed) => {
			const kept = stillGood(shown.layers, rows, changed);
			show(await fold(options, kept, rows.slice(kept.length)));
		},
		layers: () => shown.layers,
		touched: (collection) =>
			new Map(
				[...shown.tops.values()]
					.filter(({ key }) => key.collection === collection)
					.map(({ key, doc }) => [key.id, doc]),
			),
		view,
	};
}

/** The layers that need not run again: all, with the outbox's rows as they are now, or none. */
function stillGood(
	layers: readonly Layer[],
	rows: readonly OutboxRow[],
	changed: readonly DocKey[],
): readonly Layer[] {
	const rowOf = new Map(rows.map((row) => [row.id, row]));
	const gone = layers.filter((layer) => !rowOf.has(layer.row.id));
	const kept = layers
		.filter((layer) => rowOf.has(layer.row.id))
		.map((layer) => ({ ...layer, row: rowOf.get(layer.row.id) ?? layer.row }));
	const moved = [...changed, ...gone.flatMap(keysWritten)];
	const inOrder = kept.every((layer, index) => layer.row.id === rows[index]?.id);
	return inOrder && !kept.some((layer) => dependsOn(layer, moved)) ? kept : [];
}

/** These rows run one after the other, each over what is below it. */
async function fold(
	options: OverlayOptions,
	below: readonly Layer[],
	rows: readonly OutboxRow[],
): Promise<readonly Layer[]> {
	const layers = [...below];
	for (const row of rows) {
		const mutation = thaw(row.text);
		const under = viewOver(topsOf(layers), options.confirmed);
		layers.push({ ...(await runOn(options, under, mutation)), row, mutation });
	}
	return layers;
}

/** `base` fills while the run reads, so that a rule finds in it what it has just asked for. */
async function runWatched(options: OverlayOptions, view: View, draft: Draft) {
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

type Tops = ReadonlyMap<string, DocWrite>;

const topsOf = (layers: readonly Layer[]): Tops =>
	new Map(layers.flatMap((layer) => [...layer.writes]));

const keysWritten = (layer: Layer): DocKey[] => [...layer.writes.values()].map(({ key }) => key);

const dependsOn = ({ reads, writes }: Layer, keys: readonly DocKey[]): boolean =>
	keys.some((key) => {
		const text = keyText(key);
		return reads.gets.has(text) || reads.collections.has(key.collection) || writes.has(text);
	});

const viewOver = (tops: Tops, below: View): View => ({
	doc: async (key) => tops.get(keyText(key))?.doc ?? below.doc(key),
	docs: async (collection) => {
		const docs = new Map((await below.docs(collection)).map((doc) => [doc.id, doc]));
		for (const { key, doc } of tops.values())
			if (key.collection === collection) docs.set(key.id, doc);
		return [...docs.values()];
	},
});

async function runOn(
	{ mutatorNamed, actor, report }: OverlayOptions,
	view: View,
	mutation: Draft & Pick<Mutation, 'base'>,
): Promise<Run> {
	const overlay = createOverlayStore(view);
	const { reads } = overlay;
	const mutator = mutatorNamed(mutation.name);
	const parsed = mutator && parsedArgs(mutator, mutation.args);
	if (mutator?.where !== 'both' || !parsed) {
		return { reads, writes: new Map(), refusal: null, about: aboutUnrun(mutator, mutation) };
	}
	try {
		requireRole(actor(), frozenAt(mutation), mutator.by);
		await mutator.run(contextOf(mutation, actor(), overlay.store), parsed.args);
		const writes = await overlay.writes();
		const written = [...writes.values()].map(({ key }) => key.id);
		const about = written.length > 0 ? written : idsAsked(reads);
		return { reads, writes, refusal: null, about: new Set(about) };
	} catch (error) {
		if (!(error instanceof Rejection)) report(error);
		const refusal = error instanceof Rejection ? error.code : null;
		const about = new Set([...idsAsked(reads), ...aboutUnrun(mutator, mutation)]);
		return { reads, writes: new Map(), refusal, about };
	}
}

const idsAsked = ({ gets }: Reads): string[] => [...gets.values()].map(({ id }) => id);

const contextOf = (
	mutation: Draft & Pick<Mutation, 'base'>,
	actor: Actor,
	store: Context<'both'>['store'],
): Context<'both'> => ({
	actor,
	now: frozenAt(mutation),
	at: frozenAt(mutation),
	base: mutation.base,
	store,
	tell: () => undefined, // What follows from an event is the server's to decide.
	newId: derivedIds(mutation.id, mutation.at.wall),
});

/** What a mutation concerns as far as its arguments tell: what it makes, and the object it names. */
export function aboutUnrun(mutator: AnyMutator | null, mutation: Draft): ReadonlySet<string> {
	const parsed = mutator && parsedArgs(mutator, mutation.args);
	const shop = parsed ? mutator.shopOf(parsed.args) : null;
	const object = shop && 'of' in shop ? [shop.id] : [];
	return new Set([...firstIds(mutation), ...object]);
}
