import {
	byId,
	docOf,
	homeOf,
	keyText,
	rowsIn,
	type Doc,
	type DocKey,
} from '#sync/core/document.ts';
import type { AnyEntity, CollectionName, Row } from '#sync/core/entity.ts';
import type { During, Store } from '#sync/core/mutator.ts';
import { assert, Rejection } from '#sync/core/rejection.ts';
import { partsOf } from '#sync/registry.ts';

/** Documents as somebody sees them: the confirmed ones, or those with earlier pending work on top. */
export type View = {
	readonly doc: (key: DocKey) => Promise<Doc | null>;
	readonly docs: (collection: CollectionName) => Promise<readonly Doc[]>;
};

/** Which documents a run depends on. */
export type Reads = {
	/** Asked for by id. */
	readonly gets: Map<string, DocKey>;
	/** Looked for by what is in them. */
	readonly searches: Search[];
};

/** What it found would be another if one of these documents changed, or another one now matched. */
export type Search = {
	readonly collection: CollectionName;
	readonly found: ReadonlySet<string>;
	readonly finds: (doc: Doc) => boolean;
};

export type DocWrite = { readonly key: DocKey; readonly doc: Doc };

export type OverlayStore = {
	readonly store: Store<'both'>;
	readonly reads: Reads;
	/** The documents that the run's writes make of those in the view. */
	readonly writes: () => Promise<ReadonlyMap<string, DocWrite>>;
};

type Written = {
	readonly entity: AnyEntity;
	readonly row: Row;
	/** The row as it was read; null: a new one. */
	readonly before: Row | null;
};

/**
 * What one mutator reads and writes on a phone. Mutators speak of rows; here a row is found inside
 * its document and goes back there. Nothing leaves this store before the whole run has succeeded.
 *
 * Rows lack the fields that this person's grants hide, so an update is laid over the row that is
 * there instead of replacing it. What lives on no device (`home: null`) is not found and not kept.
 */
export function createOverlayStore(view: View): OverlayStore {
	const reads: Reads = { gets: new Map(), searches: [] };
	const read = new Map<string, Row>();
	const written = new Map<string, Written>();
	const rowKey = (entity: AnyEntity, id: string) => `${entity.name}/${id}`;

	async function find(entity: AnyEntity, id: string): Promise<Row | null> {
		const buffered = written.get(rowKey(entity, id));
		if (buffered) return buffered.row;
		const row = await findRow(view, reads, entity, id);
		if (row) read.set(rowKey(entity, id), row);
		return row;
	}

	async function list(entity: AnyEntity, equals: Equal, during?: During): Promise<readonly Row[]> {
		const matches = matcher(equals, during);
		const found = await listRows(view, reads, entity, equals, matches);
		const rows = new Map(found.map((row) => [row.id, row]));
		for (const each of written.values())
			if (each.entity.name === entity.name) rows.set(each.row.id, each.row);
		const matching = [...rows.values()].filter(matches).sort(byId);
		for (const row of matching) {
			const key = rowKey(entity, row.id);
			if (!written.has(key)) read.set(key, row);
		}
		return matching;
	}

	async function get(entity: AnyEntity, id: string): Promise<Row> {
		const row = await find(entity, id);
		if (!row) throw new Rejection('not_found');
		return row;
	}

	function insert(entity: AnyEntity, row: Row): void {
		const key = rowKey(entity, row.id);
		if (read.has(key) || written.has(key)) throw new Rejection('id_taken');
		written.set(key, { entity, row, before: null });
	}

	function update(entity: AnyEntity, row: Row): void {
		const key = rowKey(entity, row.id);
		const earlier = written.get(key);
		const before = earlier ? earlier.row : read.get(key);
		assert(before !== undefined, `${key} was changed without having been read`);
		if (row === before) return;
		written.set(key, {
			entity,
			row: { ...before, ...row },
			before: earlier ? earlier.before : before,
		});
	}

	return {
		store: { get, find, list, insert, update } as unknown as Store<'both'>,
		reads,
		writes: () => documentsOf(view, [...written.values()]),
	};
}

type Equal = Readonly<Record<string, unknown>>;

async function findRow(
	view: View,
	reads: Reads,
	entity: AnyEntity,
	id: string,
): Promise<Row | null> {
	if (entity.home === null) return null;
	const { collection, inside } = entity.home;
	if (!inside) {
		const doc = await docAt(view, reads, { collection, id });
		return doc ? (rowsIn(entity, doc)[0] ?? null) : null;
	}
	const isThere = (doc: Doc) => rowsIn(entity, doc).some((row) => row.id === id);
	const doc = (await view.docs(collection)).find(isThere);
	if (!doc) {
		reads.searches.push({ collection, found: new Set(), finds: isThere });
		return null;
	}
	reads.gets.set(keyText({ collection, id: doc.id }), { collection, id: doc.id });
	return rowsIn(entity, doc).find((row) => row.id === id) ?? null;
}

/**
 * Rows that match. Those inside one known parent are all in its document, so only that one is read;
 * for anything else the whole collection is looked through.
 */
async function listRows(
	view: View,
	reads: Reads,
	entity: AnyEntity,
	equals: Equal,
	matches: Matches,
): Promise<readonly Row[]> {
	if (entity.home === null) return [];
	const { collection, inside } = entity.home;
	const parentId = inside ? equals[inside.by] : equals['id'];
	if (typeof parentId === 'string') {
		const doc = await docAt(view, reads, { collection, id: parentId });
		return doc ? rowsIn(entity, doc).filter(matches) : [];
	}
	// A root row is its document, lists and all: it is matched before it is copied out of there.
	const finds = (doc: Doc) => (inside ? rowsIn(entity, doc).some(matches) : matches(doc));
	const docs = (await view.docs(collection)).filter(finds);
	reads.searches.push({ collection, found: new Set(docs.map(({ id }) => id)), finds });
	return docs.flatMap((doc) => rowsIn(entity, doc)).filter(matches);
}

function docAt(view: View, reads: Reads, key: DocKey): Promise<Doc | null> {
	reads.gets.set(keyText(key), key);
	return view.doc(key);
}

type Matches = (row: Row) => boolean;

function matcher(equals: Equal, during: During | undefined): Matches {
	const wanted = Object.entries(equals);
	const isEqual: Matches = (row) =>
		wanted.every(([field, value]) =>
			Array.isArray(value) ? value.includes(row[field]) : row[field] === value,
		);
	if (!during) return isEqual;
	return (row) =>
		isEqual(row) && String(row['startAt']) < during.until && during.from < String(row['endAt']);
}

async function documentsOf(
	view: View,
	written: readonly Written[],
): Promise<ReadonlyMap<string, DocWrite>> {
	const made = new Map<string, DocWrite>();
	for (const { entity, row, before } of written) {
		const key = homeOf(entity, row);
		if (key === null) continue;
		const doc = made.get(keyText(key))?.doc ?? (await view.doc(key));
		made.set(keyText(key), { key, doc: withRow(entity, doc, row, before === null) });
	}
	return made;
}

function withRow(entity: AnyEntity, doc: Doc | null, row: Row, isNew: boolean): Doc {
	const inside = entity.home?.inside;
	if (!inside) {
		if (doc === null) return docOf(row, emptyParts(entity));
		if (isNew) throw new Rejection('id_taken');
		return { ...doc, ...row };
	}
	if (doc === null) throw new Rejection('not_found');
	const others = rowsIn(entity, doc).filter((each) => each.id !== row.id);
	if (isNew && others.length < rowsIn(entity, doc).length) throw new Rejection('id_taken');
	return { ...doc, [inside.list]: [...others, row].sort(byId) };
}

const emptyParts = (entity: AnyEntity) =>
	(entity.home ? partsOf(entity.home.collection) : []).map((part) => [part, []] as const);
