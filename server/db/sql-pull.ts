import { assert } from '#sync/core/rejection.ts';
import { collections, type AnyEntity, type CollectionName } from '#sync/core/entity.ts';
import type { Scope } from '#sync/core/scope.ts';
import { entities } from '#sync/registry.ts';
import { columnName, primaryKeyOf } from './columns.ts';
import type { Sql } from './connection.ts';
import type { PullPage, PullRequest } from './port.ts';
import { rowSql } from './sql-rows.ts';

/**
 * What changed for these scopes since their cursors. The answer is one statement: it sees one
 * moment, without the cost of a transaction (measured when this was designed: six times the pulls
 * per second).
 *
 * Scopes are read in the order given, and a page ends between counter groups, never inside one: a
 * cursor in the middle of a transaction's changes would show half of what it did. A single group
 * larger than the page comes whole, or nobody would ever get past it.
 *
 * Most of the statement's cost is its planning, table by table. So a small one first asks in which
 * collections anything is new: usually nowhere, else in few. What comes in between the two is seen
 * by the second one alone, and if it is of yet another collection, all are asked.
 */
export async function pullPage(sql: Sql, request: PullRequest): Promise<PullPage> {
	const { likely, stale } = await newsIn(sql, request);
	if (likely.length === 0) return nothingNew(request, stale);
	const page = await pageOf(sql, request, request.idsOnly ? [] : likely);
	if (request.idsOnly) return page;
	const complete = page.changes.every(({ collection }) => likely.includes(collection));
	return complete ? page : pageOf(sql, request, collections);
}

const nothingNew = ({ cursors }: PullRequest, stale: readonly Scope[]): PullPage => ({
	changes: [],
	rows: {},
	cursors: { ...cursors },
	more: false,
	stale,
});

type News = { readonly likely: readonly CollectionName[]; readonly stale: readonly Scope[] };

async function newsIn(sql: Sql, request: PullRequest): Promise<News> {
	const [news] = await sql.query<News>(newsSql, paramsOf(request));
	assert(news !== undefined, 'a look for news answers with one row');
	return news;
}

async function pageOf(
	sql: Sql,
	request: PullRequest,
	asked: readonly CollectionName[],
): Promise<PullPage> {
	const [page] = await sql.query<PullPage>(pageSql(asked), paramsOf(request));
	assert(page !== undefined, 'a pull answers with one row');
	return page;
}

const paramsOf = ({ cursors, rowsMax }: PullRequest): readonly unknown[] => [
	Object.keys(cursors),
	Object.values(cursors),
	rowsMax,
];

const rowsSql = (asked: readonly CollectionName[]): string =>
	(entities as readonly AnyEntity[]).flatMap((each) => liveRowsSql(each, asked)).join(', ');

/** Rows of an entity that belong to live documents. Ids as one array: it makes an index scan. */
function liveRowsSql(entity: AnyEntity, asked: readonly CollectionName[]): string[] {
	if (entity.home === null || !asked.includes(entity.home.collection)) return [];
	const { collection, inside } = entity.home;
	const key = inside ? columnName(entity, inside.by) : primaryKeyOf(entity);
	return [
		`'${entity.name}', (
			select coalesce(jsonb_agg(${rowSql(entity)}), '[]') from "${entity.name}"
			where "${key}" = any((select ids from live where coll = '${collection}')::uuid[])
		)`,
	];
}

/** As many changes of each scope as may at most come, by the counter, groups whole. */
const candidatesSql = `with followed as materialized (
	select scope, after, place
	from unnest($1::text[], $2::bigint[]) with ordinality as given (scope, after, place)
), candidates as (
	select scope, place, found.coll, found.id, found.v, found.gone
	from followed cross join lateral (
		select coll, id, v, gone from doc_scope
		where doc_scope.scope = followed.scope and doc_scope.v > followed.after
		order by v fetch first ($3::int) rows with ties
	) as found
)`;

/** Cursors of which the scopes know nothing: forgotten since, or never reached. */
const staleSql = `(
	select coalesce(jsonb_agg(scope order by place), '[]')
	from followed left join scope_head using (scope)
	where after > 0 and (after < scope_head.floor_v or after > coalesce(scope_head.v, 0))
) as stale`;

const newsSql = `${candidatesSql} select
	(select coalesce(jsonb_agg(distinct coll), '[]') from candidates) as likely,
	${staleSql}`;

const pageSql = (asked: readonly CollectionName[]) => `${candidatesSql}, counter_groups as (
	select place, v,
		sum(count(*)) over (order by place, v) as rows_so_far,
		row_number() over (order by place, v) as nth
	from candidates group by place, v
), page as materialized (
	select candidates.* from candidates join counter_groups using (place, v)
	where rows_so_far <= $3::int or nth = 1
), reached as (
	select followed.scope, greatest(followed.after, max(page.v)) as v
	from followed left join page using (scope)
	group by followed.scope, followed.after
), ends as (
	select scope, reached.v, coalesce(scope_head.v, 0) as head,
		exists (
			select from doc_scope where doc_scope.scope = reached.scope and doc_scope.v > reached.v
		) as more
	from reached left join scope_head using (scope)
), changed as materialized (
	select coll, id, (array_agg(gone order by place) filter (where gone is not null))[1] as gone
	from page group by coll, id
), resolved as materialized (
	select coll, id, gone, array(
		select followed.scope from followed join doc_scope
			on doc_scope.scope = followed.scope
			and doc_scope.coll = changed.coll and doc_scope.id = changed.id
		where doc_scope.gone is null
		order by followed.place
	) as live
	from changed
), live as materialized (
	select coll, array_agg(id) as ids from resolved where live <> '{}' group by coll
)
select
	(
		select coalesce(jsonb_agg(jsonb_build_object(
			'collection', coll, 'id', id, 'live', live,
			'gone', case when live = '{}' then gone end
		) order by coll, id), '[]') from resolved
	) as changes,
	jsonb_build_object(${rowsSql(asked)}) as rows,
	(
		select jsonb_object_agg(scope, case when more then v else greatest(v, head) end) from ends
	) as cursors,
	(select coalesce(bool_or(more), false) from ends) as more,
	${staleSql}`;
