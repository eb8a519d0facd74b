import type { Actor, Role } from '#sync/core/actor.ts';
import { docOf, type Doc } from '#sync/core/document.ts';
import type { AnyEntity, CollectionName, Field, Row } from '#sync/core/entity.ts';
import type { Instant } from '#sync/core/time.ts';
import { partsOf, rootOf } from '#sync/registry.ts';
import type { PullPage } from '../db/port.ts';
import { roleIn } from './access.ts';

/**
 * The documents of a page as this actor may see them: of several scopes that bring a document, the
 * one that shows most counts, field by field.
 */
export function documentsOf(
	page: PullPage,
	actor: Actor,
	now: Instant,
): Map<CollectionName, Doc[]> {
	const index = indexRows(page);
	const documents = new Map<CollectionName, Doc[]>();
	for (const { collection, id, live } of page.changes) {
		if (live.length === 0) continue;
		const roles = new Set(live.map((scope) => roleIn(actor, scope, now)));
		const root = index.get(rootOf[collection].name)?.get(id)?.[0];
		if (!root) throw new Error(`${collection}/${id} is stamped but not there`);
		const parts = partsOf(collection).map((entity) => {
			const rows = index.get(entity.name)?.get(id) ?? [];
			return [entity, rows.map((row) => shown(entity, row, roles))] as const;
		});
		const doc = docOf(shown(rootOf[collection], root, roles), parts);
		documents.set(collection, [...(documents.get(collection) ?? []), doc]);
	}
	return documents;
}

type Index = Map<string, Map<string, Row[]>>;

/** Rows by entity and by the document they belong to. */
function indexRows(page: PullPage): Index {
	const index: Index = new Map();
	const collections = Object.keys(rootOf) as CollectionName[];
	for (const entity of collections.flatMap((each) => [rootOf[each], ...partsOf(each)])) {
		const parent = entity.home?.inside?.by ?? 'id';
		const rows = page.rows[entity.name] ?? [];
		index.set(
			entity.name,
			Map.groupBy(rows, (row) => String(row[parent])),
		);
	}
	return index;
}

/** A row as these roles together see it. Hidden fields are absent, not null. */
function shown(entity: AnyEntity, row: Row, roles: ReadonlySet<Role>): Row {
	const fields = Object.entries(entity.fields as Record<string, Field>);
	const visible = fields.flatMap(([name, field]) => {
		const value = row[name];
		if (!field.masked) return [[name, value]];
		const masks = [...roles].map((role) => field.seenBy?.[role]);
		if (masks.includes(undefined)) return [[name, value]];
		const mask = masks.find((each) => typeof each === 'function');
		if (mask === undefined) return [];
		return [[name, value === null ? null : mask(value as never)]];
	});
	return Object.fromEntries(visible) as Row;
}
