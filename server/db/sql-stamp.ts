import { assert } from '#sync/core/rejection.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Sql } from './connection.ts';
import type { LogOutcome, Touch } from './port.ts';

/**
 * Raises each touched scope's counter once, marks the documents with it and settles the mutations.
 *
 * The row lock on a scope's head is held until commit: therefore a scope's counter has no gaps and
 * rises in the order of commits, and a reader that has seen 7 can never meet a late 6. Heads are
 * locked in the order of their names, so that two transactions cannot wait for each other. It is
 * the last statement of a transaction because every other one on the same scope waits for it.
 * (docs/sync-protocol.md, "Counters".)
 */
const stampSql = `with touched as (
	select * from jsonb_to_recordset($1::jsonb)
		as given (scope text, collection text, id uuid, gone text)
), heads as (
	insert into scope_head (scope, v)
	select scope, 1 from (select distinct scope from touched) as scopes order by scope
	on conflict (scope) do update set v = scope_head.v + 1
	returning scope, v
), stamped as (
	insert into doc_scope (scope, coll, id, v, gone, gone_at)
	select scope, touched.collection, touched.id, heads.v, touched.gone,
		case when touched.gone is not null then $3::timestamptz end
	from touched join heads using (scope)
	on conflict (scope, coll, id) do update set
		v = excluded.v, gone = excluded.gone, gone_at = excluded.gone_at
), outcomes as (
	select * from jsonb_to_recordset($2::jsonb)
		as given (id uuid, status text, refusal text, answer jsonb, scopes text[])
), settled as (
	update mutation set
		status = outcomes.status,
		refusal = outcomes.refusal,
		answer = outcomes.answer,
		effects = (
			select coalesce(jsonb_object_agg(scope, v), '{}') from heads
			where scope = any(outcomes.scopes)
		)
	from outcomes where mutation.mutation_id = outcomes.id
	returning mutation.mutation_id
)
select
	(select coalesce(jsonb_object_agg(scope, v), '{}') from heads) as heads,
	(select count(*) from settled) as settled`;

export async function stampScopes(
	sql: Sql,
	touches: readonly Touch[],
	outcomes: readonly LogOutcome[],
	now: Instant,
): Promise<Record<Scope, number>> {
	if (touches.length === 0 && outcomes.length === 0) return {};
	const params = [JSON.stringify(lastOfEach(touches)), JSON.stringify(outcomes), now];
	const [stamped] = await sql.query<{ heads: Record<Scope, number>; settled: number }>(
		stampSql,
		params,
	);
	assert(stamped !== undefined, 'a stamp answers with one row');
	assert(stamped.settled === outcomes.length, 'an outcome of a mutation that was not claimed');
	return stamped.heads;
}

/** A document moved twice in a scope is where it was moved last; SQL takes a row only once. */
function lastOfEach(touches: readonly Touch[]): readonly Touch[] {
	const byPlace = new Map<string, Touch>();
	for (const touch of touches) byPlace.set(`${touch.scope} ${touch.collection}/${touch.id}`, touch);
	return [...byPlace.values()];
}
