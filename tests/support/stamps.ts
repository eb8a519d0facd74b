import { readFileSync } from 'node:fs';
import type { AnyEntity } from '#sync/core/entity.ts';
import { entities } from '#sync/registry.ts';
import { columnName, primaryKeyOf } from '#server/db/columns.ts';
import type { Connection } from '#server/db/connection.ts';

const script = readFileSync(new URL('stamp-trigger.sql', import.meta.url), 'utf8');

/** A document that a transaction changed without stamping it into any scope. */
export type Unstamped = { readonly entity: string; readonly coll: string; readonly id: string };

/** Begins to watch: once, on a migrated database, before the rows that matter. */
export async function watchStamps(connection: Connection): Promise<void> {
	const triggers = (entities as readonly AnyEntity[]).flatMap(triggerOn);
	await connection.exec([script, ...triggers].join(';\n'));
}

/**
 * Documents of synced rows that were inserted or updated, but not stamped by the same transaction.
 * A suite ends with `expect(await unstamped(connection)).toEqual([])`.
 */
export const unstamped = (connection: Connection): Promise<Unstamped[]> =>
	connection.query<Unstamped>(
		`select distinct entity, coll, id from stamps.changed
		where not exists (
			select from stamps.stamped
			where stamped.xact = changed.xact and stamped.coll = changed.coll
				and stamped.id = changed.id
		) order by coll, entity, id`,
	);

/** Forgets what was seen so far, for example of a world that was set up by hand. */
export async function forgetStamps(connection: Connection): Promise<void> {
	await connection.exec('truncate stamps.changed, stamps.stamped');
}

function triggerOn(entity: AnyEntity): string[] {
	if (entity.home === null) return [];
	const { collection, inside } = entity.home;
	const column = inside ? columnName(entity, inside.by) : primaryKeyOf(entity);
	return [
		`create trigger note_change after insert or update on "${entity.name}"
			for each row execute function stamps.note_change('${collection}', '${column}')`,
	];
}
