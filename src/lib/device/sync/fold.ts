import { keyText, type Doc, type DocKey } from '#sync/core/document.ts';
import { collections, type CollectionName } from '#sync/core/entity.ts';
import { createStack, layerOf, viewOver, type Layer, type Run, type Stack } from './layers.ts';
import { createMovement } from './movement.ts';
import { thaw } from './outbox.ts';
import type { View } from './overlay-store.ts';
import { runOn, type Runner } from './run.ts';
import type { OutboxRow } from './store.ts';

/** The documents that the server has confirmed: all of a collection, or some by their ids. */
export type Confirmed = {
	readonly doc: View['doc'];
	readonly docs: (collection: CollectionName, ids?: readonly string[]) => Promise<readonly Doc[]>;
};

export type FoldOptions = Runner & {
	readonly confirmed: Confirmed;
	/** Lets the browser paint now and then while much is folded. */
	readonly breathe?: (() => Promise<void>) | undefined;
};

/** Work that is run in one piece; then the browser may paint. */
const runsInOnePiece = 50;

/**
 * The outbox over the documents as they are now. Both stacks are gone through side by side, the former
 * and the new one, with what is different between them at that height: what neither reads nor writes
 * anything of that stays as it was. What has left, has come, or runs again may make a difference above
 * it, or end one: the server mostly did what was shown, and then nobody above has to run again.
 */
export async function folded(
	options: FoldOptions,
	layers: readonly Layer[],
	outbox: readonly OutboxRow[],
	changed: readonly DocKey[],
): Promise<Stack> {
	const rows = outbox.filter((row) => !row.withdrawn);
	const former = formerOf(layers, rows);
	const stack = createStack();
	const told = former.size > 0 ? changed : [];
	const view = viewOver(stack.tops, await readOnce(options.confirmed, told));
	const { differ, moved } = differencesIn(view);
	for (const key of told) moved.note(key, undefined, await view.doc(key));

	const leavers = leaversOf(layers);
	let runs = 0;
	const runAgain = async (row: OutboxRow, before: Layer | undefined) => {
		const mutation = before?.mutation ?? thaw(row.text);
		const run = await runOn(options, view, mutation);
		stack.add(layerOf(row, mutation, run));
		await differ(before?.writes ?? none, run.writes);
		if ((runs += 1) % runsInOnePiece === 0) await options.breathe?.();
	};
	for (const row of rows) {
		const before = former.get(row.id);
		for (const gone of leavers.below(before)) await differ(gone.writes, none);
		if (before && !moved.touches(before)) stack.add({ ...before, row });
		else await runAgain(row, before);
	}
	return stack;
}

type Writes = Run['writes'];
const none: Writes = new Map();

/** What is not the same in the former stack and in the new one, as this one is seen so far. */
function differencesIn(view: View) {
	const moved = createMovement();
	return {
		moved,
		/** One piece of work wrote this before, and that now. */
		differ: async (before: Writes, now: Writes) => {
			for (const [text, { key }] of [...before, ...now])
				moved.note(key, before.get(text)?.doc, await view.doc(key));
		},
	};
}

/**
 * Each collection is looked through once for a whole fold, and what changed is read in one go: what
 * moves meanwhile is told, and folded again.
 */
async function readOnce({ doc, docs }: Confirmed, changed: readonly DocKey[]): Promise<View> {
	const some = new Map<string, Doc | null>(changed.map((key) => [keyText(key), null]));
	for (const collection of collections) {
		const mine = changed.filter((key) => key.collection === collection).map(({ id }) => id);
		const found = mine.length > 0 ? await docs(collection, [...new Set(mine)]) : [];
		for (const each of found) some.set(keyText({ collection, id: each.id }), each);
	}
	const whole = new Map<CollectionName, ReadonlyMap<string, Doc>>();
	return {
		doc: async (key) => {
			const read = whole.get(key.collection);
			if (read) return read.get(key.id) ?? null;
			const known = some.get(keyText(key));
			return known === undefined ? doc(key) : known;
		},
		docs: async (collection) => {
			const read =
				whole.get(collection) ?? new Map((await docs(collection)).map((each) => [each.id, each]));
			whole.set(collection, read);
			return [...read.values()];
		},
	};
}

/** Layers that may stay, by their mutation; none if the order is another than it was. */
function formerOf(layers: readonly Layer[], rows: readonly OutboxRow[]): Map<string, Layer> {
	const place = new Map(rows.map(({ id }, index) => [id, index]));
	const kept = layers.filter(({ row }) => place.has(row.id));
	const places = kept.map(({ row }) => place.get(row.id) ?? 0);
	const inOrder = places.every((each, index) => index === 0 || (places[index - 1] ?? 0) < each);
	return new Map(inOrder ? kept.map((layer) => [layer.row.id, layer]) : []);
}

/** Goes up the former stack: which of it, since the last that stays, lay below this one and has left. */
function leaversOf(layers: readonly Layer[]) {
	let height = 0;
	return {
		below: (stays: Layer | undefined): readonly Layer[] => {
			if (!stays) return [];
			const from = height;
			const at = layers.indexOf(stays, from);
			height = at + 1;
			return layers.slice(from, at);
		},
	};
}
