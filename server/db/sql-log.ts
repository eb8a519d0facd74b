import { assert } from '#sync/core/rejection.ts';
import type { Sql } from './connection.ts';
import type { LogClaim, LogEntry } from './port.ts';
import { isoSql } from './sql-rows.ts';

/** What is known of a mutation before it runs: field and type, the column is its snake_case. */
const claimed = [
	['id', 'mutation_id', 'uuid'],
	['userId', 'user_id', 'uuid'],
	['deviceId', 'device_id', 'uuid'],
	['seq', 'seq', 'bigint'],
	['name', 'name', 'text'],
	['version', 'version', 'integer'],
	['args', 'args', 'jsonb'],
	['requestHash', 'request_hash', 'text'],
	['at', 'at', 'timestamptz'],
	['receivedAt', 'received_at', 'timestamptz'],
	['effLo', 'eff_lo', 'timestamptz'],
	['eff', 'eff', 'timestamptz'],
] as const;
const settled = [
	['status', 'status', 'text'],
	['refusal', 'refusal', 'text'],
	['answer', 'answer', 'jsonb'],
	['effects', 'effects', 'jsonb'],
] as const;

const claimSql = `insert into mutation (${claimed.map(([, column]) => column).join(', ')})
	select ${claimed.map(([field]) => `given."${field}"`).join(', ')}
	from jsonb_to_recordset($1::jsonb)
		as given (${claimed.map(([field, , type]) => `"${field}" ${type}`).join(', ')})
	order by given.id
	on conflict (mutation_id) do nothing
	returning mutation_id as id`;

const entrySql = [...claimed, ...settled].map(
	([field, column, type]) => `'${field}', ${type === 'timestamptz' ? isoSql(column) : column}`,
);
const entrySelect = `select jsonb_build_object(${entrySql.join(', ')}) as entry from mutation`;
const entriesSql = `${entrySelect} where mutation_id = any($1::uuid[])`;

/** As they came in; of what came in together, as the device had numbered it. */
const parkedSql = `${entrySelect} where status = 'parked'
	and answer -> 'parked' ->> 'waitsFor' is distinct from 'flood'
	and (received_at, coalesce(seq, 0), mutation_id) > ($1::timestamptz, $2::bigint, $3::uuid)
	order by received_at, coalesce(seq, 0), mutation_id limit $4::int`;

/**
 * Takes the mutation ids and returns those that were free. Of one that another transaction is just
 * taking, the database waits to hear how that ends. All take them in the same order, so that no two
 * wait for each other.
 */
export async function claimIds(sql: Sql, claims: readonly LogClaim[]): Promise<Set<string>> {
	if (claims.length === 0) return new Set();
	const rows = await sql.query<{ id: string }>(claimSql, [JSON.stringify(claims)]);
	return new Set(rows.map(({ id }) => id));
}

export async function readEntries(sql: Sql, ids: readonly string[]): Promise<LogEntry[]> {
	if (ids.length === 0) return [];
	const rows = await sql.query<{ entry: LogEntry }>(entriesSql, [ids]);
	return rows.map(({ entry }) => {
		// A claim is settled by the stamp of the same transaction, or rolled back with it.
		assert(entry.status !== null, `mutation ${entry.id} was claimed but never settled`);
		return entry;
	});
}

const beforeAll = { receivedAt: '-infinity', seq: 0, id: '00000000-0000-0000-0000-000000000000' };

/** What waits for a newer server, in the order in which it came in. */
export async function readParked(
	sql: Sql,
	after: LogEntry | null,
	rowsMax: number,
): Promise<LogEntry[]> {
	const { receivedAt, seq, id } = after ?? beforeAll;
	const rows = await sql.query<{ entry: LogEntry }>(parkedSql, [receivedAt, seq ?? 0, id, rowsMax]);
	return rows.map(({ entry }) => entry);
}
