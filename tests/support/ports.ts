import type { Row } from '#sync/core/entity.ts';
import type { Connection } from '#server/db/connection.ts';
import { memoryPort } from '#server/db/memory.ts';
import { migrate } from '#server/db/migrate.ts';
import type { Port, Write } from '#server/db/port.ts';
import { sqlPort } from '#server/db/sql-port.ts';
import { anEmptyDatabase, emptyTables } from './database.ts';

/** Everything that keeps state behind the port is tested on all: `describe.each(ports)('on %s', ...)`. */
export const ports = ['memory', 'pglite', 'postgres'] as const;
export type PortKind = (typeof ports)[number];

export const installOfTests = '00000000-0000-4000-8000-00000000beef';

/** A migrated database behind its port, for one test file; `empty` it between tests. */
export type TestPort = {
	readonly port: Port;
	/** The tables behind it; memory has none. */
	readonly connection: Connection | null;
	/** People, who are no entity: sign-in makes them. */
	addUsers(ids: readonly string[]): Promise<void>;
	/** Writes rows in one transaction, unstamped. */
	write(...writes: readonly Write[]): Promise<void>;
	empty(): Promise<void>;
	close(): Promise<void>;
};

export async function aPort(kind: PortKind): Promise<TestPort> {
	return kind === 'memory' ? memoryTestPort() : sqlTestPort(await aMigratedDatabase(kind));
}

export async function aMigratedDatabase(kind: 'pglite' | 'postgres'): Promise<Connection> {
	const connection = await anEmptyDatabase(kind);
	await migrate(connection);
	return connection;
}

export const inserted = (entity: Write['entity'], ...rows: readonly object[]): Write => ({
	entity,
	kind: 'insert',
	rows: rows as readonly Row[],
});

export const updated = (entity: Write['entity'], ...rows: readonly object[]): Write => ({
	...inserted(entity, ...rows),
	kind: 'update',
});

function memoryTestPort(): TestPort {
	let port = memoryPort(installOfTests);
	return {
		get port() {
			return port;
		},
		connection: null,
		addUsers: async () => undefined,
		write: (...writes) => port.transaction((tx) => tx.flush(writes)),
		empty: async () => {
			port = memoryPort(installOfTests);
		},
		close: () => port.close(),
	};
}

function sqlTestPort(connection: Connection): TestPort {
	const port = sqlPort(connection);
	return {
		port,
		connection,
		addUsers: (ids) => addUsers(connection, ids),
		write: (...writes) => port.transaction((tx) => tx.flush(writes)),
		empty: () => emptyMigrated(connection),
		close: () => port.close(),
	};
}

/** Empties every table; which data set it is, a migrated database always knows. */
async function emptyMigrated(connection: Connection): Promise<void> {
	await emptyTables(connection);
	await connection.query(
		'insert into installation (install, era, clock_offset_ms) values ($1, 1, 0)',
		[installOfTests],
	);
}

async function addUsers(connection: Connection, ids: readonly string[]): Promise<void> {
	await connection.query(
		`insert into app_user (user_id, email, name, locale, status, created_at, updated_at)
		select id, id || '@example.test', 'Somebody', 'en', 'active', $2, $2
		from unnest($1::uuid[]) as given (id)`,
		[ids, '2026-01-01T00:00:00.000Z'],
	);
}
