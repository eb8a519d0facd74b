import type { Row } from '#sync/core/entity.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Instant } from '#sync/core/time.ts';
import { notice } from '#sync/notice/entity.ts';
import type { Connection } from './connection.ts';
import { scopeOfNotice } from './scopes.ts';
import { rowSql } from './sql-rows.ts';
import { stampScopes } from './sql-stamp.ts';

/** Notices in one transaction: nobody can stamp their scopes until it ends. */
const noticesMax = 200;

/** What another server is just deleting is its own to stamp. */
const deleteSql = `delete from notice
	where notice_id in (
		select notice_id from notice where at < $1::timestamptz
		order by at limit ${noticesMax} for update skip locked
	) returning ${rowSql(notice)} as "row"`;

/** Deletes some of the news from before that time; its phones hear that it is gone. */
export function forgetNews(
	connection: Connection,
	before: Instant,
	now: Instant,
): Promise<Record<Scope, number>> {
	return connection.transaction(async (tx) => {
		const forgotten = await tx.query<{ row: Row }>(deleteSql, [before]);
		const touches = forgotten.map(({ row }) => ({
			scope: scopeOfNotice(row),
			collection: 'notices' as const,
			id: row.id,
			gone: 'aged' as const,
		}));
		return stampScopes(tx, touches, [], now);
	});
}
