import type { Connection } from './connection.ts';
import type { PgliteOptions } from './pglite/pglite.ts';
import type { PostgresOptions } from './postgres.ts';

export type ConnectOptions = PostgresOptions | (PgliteOptions & { databaseUrl?: undefined });

/**
 * Opens the database: PostgreSQL if there is a `databaseUrl`, else the embedded one in `dataDir`,
 * else (tests) one in memory. Each driver is loaded only when it is used: the embedded one is large.
 */
export async function connect(options: ConnectOptions): Promise<Connection> {
	if (options.databaseUrl !== undefined) {
		const { openPostgres } = await import('./postgres.ts');
		return openPostgres(options);
	}
	const { openPglite } = await import('./pglite/pglite.ts');
	return openPglite(options);
}
