import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Hearing, Neighbours } from './neighbours.ts';

/**
 * One statement, its parameters and its rows.
 *
 * What the caller passes: text, numbers, booleans, null, bytes, and arrays of these. Objects for
 * `jsonb` go in as `JSON.stringify(value)` with `$1::jsonb`, times as ISO strings; a `Date`, an
 * object or `undefined` is refused, because the two databases would each read it in their own way.
 *
 * What comes back is the same from both (`values.ts`): `timestamptz` an ISO string with three
 * decimals and `Z`, `int8` a number (one past 2^53 throws), `json` parsed, `date` and `time` as
 * text, `bytea` a Uint8Array, arrays as arrays, `numeric`, ranges and everything else as text. Mind
 * that `sum()` of an int8 is numeric: cast it `::bigint`.
 */
export type Sql = {
	query<R = Record<string, unknown>>(text: string, params?: readonly unknown[]): Promise<R[]>;
};

/** An open transaction. Its statements run one after another, also when they are not awaited. */
export type Transaction = Sql & {
	/** Runs a script of several statements without parameters: for migrations. */
	exec(script: string): Promise<void>;
};

/** Drizzle on the same database: for better-auth and typed reports, never beside an open `transaction`. */
export type Drizzle = PgDatabase<PgQueryResultHKT>;

/**
 * The only way to the database, embedded or not; everything the server stores goes through here.
 *
 * A driver's error carries its SQLSTATE in `code` and the constraint's name in `constraint` (behind
 * Drizzle: in `cause`).
 */
export type Connection = Transaction & {
	readonly kind: 'pglite' | 'postgres';
	readonly drizzle: Drizzle;

	/**
	 * Runs `work` at READ COMMITTED and commits, or rolls back whatever it threw.
	 *
	 * Inside `work` only `tx` may be used: another statement or transaction on this connection throws,
	 * on both databases. Embedded, it would wait for ever for the transaction it is part of; on
	 * PostgreSQL it would silently run outside it. A `work` that swallows a failed statement and
	 * returns throws 25P02, and one that leaves the transaction idle too long is rolled back.
	 */
	transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;

	/** Opens a line to the other servers on this database; null: embedded, there are no others. */
	readonly neighbours: ((hearing: Hearing) => Neighbours) | null;

	/** Waits for what is running and closes, the lines to others as well. May be called more than once. */
	close(): Promise<void>;
};
