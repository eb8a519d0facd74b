import type { AnyEntity, CollectionName, Row } from './entity.ts';

/** A document as it crosses the wire and lies on a device: a row with its parts in lists inside. */
export type Doc = { readonly id: string } & Readonly<Record<string, unknown>>;

/** The document that a row belongs to. */
export type DocKey = { readonly collection: CollectionName; readonly id: string };

export const keyText = (key: DocKey): string => `${key.collection}/${key.id}`;

/** Where a row lives on a device, or null when it is the server's own. */
export function homeOf(entity: AnyEntity, row: Row): DocKey | null {
	if (entity.home === null) return null;
	const { collection, inside } = entity.home;
	return { collection, id: inside ? String(row[inside.by]) : row.id };
}

/** The rows of one entity inside a document, in the order of their ids. */
export function rowsIn(entity: AnyEntity, doc: Doc): readonly Row[] {
	const inside = entity.home?.inside;
	if (inside) return (doc[inside.list] as readonly Row[] | undefined) ?? [];
	return [rootOf(entity, doc)];
}

/**
 * The document made of a root row and the rows inside it. `parts` names every entity that lives in
 * this collection; a list that has no rows is there, empty, so that a page need not ask.
 */
export function docOf(root: Row, parts: readonly (readonly [AnyEntity, readonly Row[]])[]): Doc {
	const lists = parts.map(([entity, rows]) => {
		const inside = entity.home?.inside;
		if (!inside) throw new Error(`${entity.name} does not live inside a document`);
		return [inside.list, [...rows].sort(byId)] as const;
	});
	return { ...root, ...Object.fromEntries(lists) };
}

function rootOf(entity: AnyEntity, doc: Doc): Row {
	const own = Object.keys(entity.fields as object).filter((name) => name in doc);
	return Object.fromEntries(own.map((name) => [name, doc[name]])) as Row;
}

export const byId = (a: Row, b: Row): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
