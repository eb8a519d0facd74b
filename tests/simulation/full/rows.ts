import { isDeepStrictEqual } from 'node:util';
import type { AnyEntity, Row } from '#sync/core/entity.ts';
import { entities } from '#sync/registry.ts';
import { primaryKeyOf } from '#server/db/columns.ts';
import type { Connection } from '#server/db/connection.ts';
import { device, mutationCrash } from '#server/db/device.ts';
import type { MemoryState } from '#server/db/memory.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { LogEntry, Touch } from '#server/db/port.ts';
import { readEntries } from '#server/db/sql-log.ts';
import { isoSql, rowSql } from '#server/db/sql-rows.ts';

/** Every table that the port writes. */
export const stored: readonly AnyEntity[] = [...entities, device, mutationCrash];

const rowsSql = stored
	.map(
		(each) => `select '${each.name}' as entity, "${primaryKeyOf(each)}"::text as id,
			(${rowSql(each)})::text as text from "${each.name}"`,
	)
	.join(' union all ');
const stampsSql = `select scope, coll, id::text as id, v, gone, ${isoSql('gone_at')} as gone_at
	from doc_scope`;

type Stamped = {
	readonly scope: Scope;
	readonly coll: string;
	readonly id: string;
	readonly v: number;
	readonly gone: Touch['gone'];
	readonly gone_at: string | null;
};
type Stamp = { v: number; gone: Touch['gone']; goneAt: string | null };
type Stamps = Map<string, Stamp>;
type Head = { readonly scope: Scope; readonly v: number; readonly floor_v: number };
type Text = { readonly entity: string; readonly id: string; readonly text: string };

/**
 * The tables in the shape in which the memory port holds its own, so that the same laws can be asked
 * of both. What has not changed since the last look is the same object as then.
 */
export function lookAt(base: Connection): () => Promise<MemoryState> {
	const rows = new Map<string, { readonly text: string; readonly row: Row }>();
	const entries = new Map<string, LogEntry>();

	function rowOf({ entity, id, text }: Text): Row {
		const known = rows.get(`${entity}/${id}`);
		if (known?.text === text) return known.row;
		const row = JSON.parse(text) as Row;
		rows.set(`${entity}/${id}`, { text, row });
		return row;
	}

	function entryOf(entry: LogEntry): LogEntry {
		const known = entries.get(entry.id);
		if (known && isDeepStrictEqual(known, entry)) return known;
		entries.set(entry.id, entry);
		return entry;
	}

	async function tables(): Promise<MemoryState['tables']> {
		const all = new Map(stored.map((each) => [each.name, new Map<string, Row>()]));
		for (const text of await base.query<Text>(rowsSql))
			all.get(text.entity)?.set(text.id, rowOf(text));
		return all;
	}

	async function log(): Promise<MemoryState['log']> {
		const ids = await base.query<{ id: string }>('select mutation_id as id from mutation');
		const all = await readEntries(
			base,
			ids.map(({ id }) => id),
		);
		return new Map(all.map((entry) => [entry.id, entryOf(entry)]));
	}

	async function stamps(): Promise<MemoryState['stamps']> {
		const all = new Map<Scope, Stamps>();
		for (const each of await base.query<Stamped>(stampsSql)) {
			const { scope, coll, id, v, gone, gone_at: goneAt } = each;
			const known = all.get(scope) ?? new Map<string, Stamp>();
			all.set(scope, known.set(`${coll}/${id}`, { v, gone, goneAt }));
		}
		return all;
	}

	return async () => {
		const heads = await base.query<Head>('select scope, v, floor_v from scope_head');
		const forgetful = heads.filter((each) => each.floor_v > 0);
		return {
			tables: await tables(),
			log: await log(),
			heads: new Map(heads.map((each) => [each.scope, each.v])),
			floors: new Map(forgetful.map((each) => [each.scope, each.floor_v])),
			stamps: await stamps(),
		};
	};
}
