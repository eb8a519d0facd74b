import { requireRole, type Actor } from '#sync/core/actor.ts';
import { keyText, type Doc, type DocKey } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import { derivedIds } from '#sync/core/id.ts';
import type { AnyMutator, Context } from '#sync/core/mutator.ts';
import { Rejection } from '#sync/core/rejection.ts';
import type { Mutation } from '#sync/protocol/sync.ts';
import { firstIds, frozenAt, parsedArgs, thaw, type Draft } from './outbox.ts';
import { createStack, type Layer, type Run, type Stack, type Tops } from './layers.ts';
import { createOverlayStore, type Reads, type View } from './overlay-store.ts';
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

export type OverlayOptions = {
	readonly confirmed: View;
	readonly mutatorNamed: (name: string) => AnyMutator | null;
	readonly actor: () => Actor;
	readonly report: (error: unknown) => void;
	/** Lets the browser paint now and then while much is folded. */
	readonly breathe?: (() => Promise<void>) | undefined;
};

/**
 * Pending work, folded in the order of its numbers over the confirmed documents; nothing of it is
 * ever written into them. A new tap runs only itself, on top. Work is folded again only when a
 * document changes (by a pull, or because its writer is settled) that it reads or writes, and then
 * each mutation runs with its own frozen time and makes the same ids.
 * (docs/sync-protocol.md, "What is shown")
 */
export function createOverlay(options: OverlayOptions): Overlay {
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
		touched: (collection) =>
			new Map(
				[...shown.tops.values()]
					.filter(({ key }) => key.collection === collection)
					.map(({ key, doc }) => [key.id, doc]),
			),
		view,
	};
}

/** Work that is run in one piece; then the browser may paint. */
const runsInOnePiece = 50;

/**
 * The outbox over the documents as they are now. What neither reads nor writes anything that moved
 * stays as it was; what has to run again moves what it wrote before and writes now.
 */
async function folded(
	options: OverlayOptions,
	layers: readonly Layer[],
	outbox: readonly OutboxRow[],
	changed: readonly DocKey[],
): Promise<Stack> {
	const rows = outbox.filter((row) => !row.withdrawn);
	const known = knownIn(layers, rows);
	const moved = movement([...changed, ...lostIn(layers, known)]);
	const stack = createStack();
	const below = readOnce(options.confirmed);
	let runs = 0;
	for (const row of rows) {
		const before = known.get(row.id);
		if (before && !moved.touches(before)) {
			stack.add({ ...before, row });
			continue;
		}
		const mutation = before?.mutation ?? thaw(row.text);
		const run = await runOn(options, viewOver(stack.tops, below), mutation);
		if (before) moved.add(keysWritten(before));
		moved.add(keysWritten(run));
		stack.add({ ...run, row, mutation });
		if ((runs += 1) % runsInOnePiece === 0) await options.breathe?.();
	}
	return stack;
}

/** Each collection is read once for a whole fold: what moves meanwhile is told, and folded again. */
function readOnce({ doc, docs }: View): View {
	const known = new Map<CollectionName, ReturnType<View['docs']>>();
	return {
		doc,
		docs: (collection) => {
			const found = known.get(collection) ?? docs(collection);
			known.set(collection, found);
			return found;
		},
	};
}

/** Layers that may stay, by their mutation; none if the order is another than it was. */
function knownIn(layers: readonly Layer[], rows: readonly OutboxRow[]): Map<string, Layer> {
	const place = new Map(rows.map(({ id }, index) => [id, index]));
	const kept = layers.filter(({ row }) => place.has(row.id));
	const places = kept.map(({ row }) => place.get(row.id) ?? 0);
	const inOrder = places.every((each, index) => index === 0 || (places[index - 1] ?? 0) < each);
	return new Map(inOrder ? kept.map((layer) => [layer.row.id, layer]) : []);
}

const lostIn = (layers: readonly Layer[], kept: ReadonlyMap<string, Layer>): DocKey[] =>
	layers.filter(({ row }) => !kept.has(row.id)).flatMap(keysWritten);

/** Documents that are not as they were when somebody ran over them. */
function movement(keys: readonly DocKey[]) {
	const documents = new Set<string>();
	const moving = new Set<CollectionName>();
	const add = (more: readonly DocKey[]) => {
		for (const key of more) {
			documents.add(keyText(key));
			moving.add(key.collection);
		}
	};
	add(keys);
	return {
		add,
		touches: ({ reads, writes }: Layer): boolean =>
			[...reads.collections].some((each) => moving.has(each)) ||
			[...reads.gets.keys(), ...writes.keys()].some((each) => documents.has(each)),
	};
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

const keysWritten = ({ writes }: Pick<Run, 'writes'>): DocKey[] =>
	[...writes.values()].map(({ key }) => key);

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
