import type { Instant } from '#sync/core/time.ts';
import type { Connection, Transaction } from './connection.ts';

/** Scopes in one transaction: nobody can stamp them until it ends. */
const scopesMax = 100;

/** Forgets what left its scope before that time, some scopes at a time; returns how much it was. */
export async function sweepGone(connection: Connection, before: Instant): Promise<number> {
	let count = 0;
	for (;;) {
		const swept = await connection.transaction((tx) => sweepSome(tx, before));
		if (swept === null) return count;
		count += swept;
	}
}

/**
 * Heads are locked first and in the order of their names, as a stamp does it: otherwise one that
 * brings a document back and this could wait for each other. The delete is a statement of its own,
 * so that it sees what was stamped while it waited for them. Null: there is nothing left.
 */
async function sweepSome(tx: Transaction, before: Instant): Promise<number | null> {
	const heads = await tx.query<{ scope: string }>(
		`select scope from scope_head
		where scope in (
			select distinct scope from doc_scope where gone_at < $1::timestamptz
			order by scope limit ${scopesMax}
		) order by scope for update`,
		[before],
	);
	if (heads.length === 0) return null;
	const [swept] = await tx.query<{ count: number }>(
		`with swept as (
			delete from doc_scope where scope = any($1::text[]) and gone_at < $2::timestamptz
			returning scope, v
		), floors as (
			select scope, max(v) as v from swept group by scope
		), raised as (
			update scope_head set floor_v = greatest(scope_head.floor_v, floors.v)
			from floors where scope_head.scope = floors.scope
		) select count(*)::int as count from swept`,
		[heads.map(({ scope }) => scope), before],
	);
	return swept?.count ?? 0;
}
