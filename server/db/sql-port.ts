import { assert } from '#sync/core/rejection.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Connection, Sql } from './connection.ts';
import { gathered } from './gathered.ts';
import { withinBytes } from './page-bytes.ts';
import type { Port, PortTransaction, Reads } from './port.ts';
import { failingAlike, translating, translatingSql } from './sql-errors.ts';
import { claimIds, readEntries, readParked } from './sql-log.ts';
import { forgetNews } from './sql-news.ts';
import { pullPage } from './sql-pull.ts';
import { listRows, readRows, writeRows } from './sql-rows.ts';
import { stampScopes } from './sql-stamp.ts';
import { sweepGone } from './sql-sweep.ts';

/** The port on PostgreSQL or PGlite. Raw SQL: it is the hot path, and half of it is not in any builder. */
export function sqlPort(connection: Connection): Port {
	const sql = translatingSql(connection);
	return {
		...readsOn(sql),
		transaction: (work) =>
			translating(() =>
				connection.transaction((tx) =>
					work(transactionOn(failingAlike(translatingSql(tx)), connection.kind)),
				),
			),
		pull: (request) => withinBytes((each) => pullPage(sql, each), request),
		sweepGone: (before) => sweepGone(connection, before),
		forgetNews: (before, now) => forgetNews(connection, before, now),
		parked: (after, rowsMax) => readParked(sql, after, rowsMax),
		heads: (scopes) => readHeads(sql, scopes),
		installation: () => readInstallation(sql),
		close: () => connection.close(),
	};
}

const readsOn = (sql: Sql): Reads => ({
	read: (entity, ids) => readRows(sql, entity, ids),
	list: (entity, equals, during) => listRows(sql, entity, equals, during),
	entries: (ids) => readEntries(sql, ids),
});

function transactionOn(sql: Sql, kind: Connection['kind']): PortTransaction {
	// The embedded database has one session, and it belongs to this transaction.
	const alone = kind === 'pglite';
	let stamped = false;
	const unstamped: Sql = {
		query: (text, params) => {
			// What follows would be done while everybody else on these scopes waits.
			assert(!stamped, 'nothing follows the stamp');
			return sql.query(text, params);
		},
	};
	return {
		...gathered(readsOn(unstamped)),
		alone,
		lock: async (keys) => {
			if (!alone && keys.length > 0) await takeLocks(unstamped, keys);
		},
		claim: (claims) => claimIds(unstamped, claims),
		async flush(writes) {
			for (const write of writes) await writeRows(unstamped, write);
		},
		async stamp(touches, outcomes, now) {
			const heads = await stampScopes(unstamped, touches, outcomes, now);
			stamped = true;
			return heads;
		},
	};
}

/** The inner select keeps the order: locks are taken one after the other, as given. */
async function takeLocks(sql: Sql, keys: readonly string[]): Promise<void> {
	await sql.query(
		`select pg_advisory_xact_lock(hashtextextended(key, 0)) from (
			select key from unnest($1::text[]) with ordinality as given (key, place)
			order by place offset 0
		) as keys`,
		[keys],
	);
}

async function readHeads(sql: Sql, scopes: readonly Scope[]): Promise<Record<Scope, number>> {
	const rows = await sql.query<{ scope: Scope; v: number }>(
		'select scope, v from scope_head where scope = any($1::text[])',
		[scopes],
	);
	const known = new Map(rows.map(({ scope, v }) => [scope, v]));
	return Object.fromEntries(scopes.map((scope) => [scope, known.get(scope) ?? 0]));
}

async function readInstallation(sql: Sql): Promise<{ install: string; era: number }> {
	const [row] = await sql.query<{ install: string; era: number }>(
		'select install, era from installation',
	);
	assert(row !== undefined, 'a migrated database has an installation');
	return row;
}
