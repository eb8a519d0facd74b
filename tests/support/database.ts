import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	realpathSync,
	renameSync,
	rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject, onTestFinished } from 'vitest';
import { connect } from '#server/db/connect.ts';
import type { Connection } from '#server/db/connection.ts';

/** Everything that touches the database is tested on both: `describe.each(databases)('on %s', ...)`. */
export const databases = ['pglite', 'postgres'] as const;
export type Database = (typeof databases)[number];

let databasesMade = 0;

/**
 * An empty database of this test file's own. Slow to make embedded (seconds): make one per file and
 * `emptyTables` between tests. The caller closes it.
 */
export async function anEmptyDatabase(database: Database): Promise<Connection> {
	return connect(database === 'pglite' ? {} : { databaseUrl: await aPostgresDatabase() });
}

/** The address of a new, empty database on the run's PostgreSQL. */
export async function aPostgresDatabase(): Promise<string> {
	const url = new URL(inject('postgresUrl'));
	const server = await connect({ databaseUrl: url.href });
	const name = `test_${process.pid}_${++databasesMade}`;
	await server.exec(`create database ${name} template template0`);
	await server.close();
	url.pathname = `/${name}`;
	return url.href;
}

/** Empties every table but the list of migrations, and starts every counter again. */
export async function emptyTables(connection: Connection): Promise<void> {
	const tables = await connection.query<{ name: string }>(
		`select format('%I.%I', schemaname, tablename) as name from pg_tables
		where schemaname = 'public' and tablename <> 'schema_migration'`,
	);
	if (tables.length === 0) return;
	const names = tables.map(({ name }) => name).join(', ');
	await connection.exec(`truncate ${names} restart identity cascade`);
}

/**
 * A folder with an empty embedded database, removed when the test ends: a copy of the run's one.
 * `beforeAll(makeDatabaseTemplate, 120_000)` comes first, so that no test waits for its making.
 */
export function aDatabaseFolder(): string {
	const folder = aFolder();
	cpSync(templateFolder(), folder, { recursive: true });
	return folder;
}

/** The first to ask in a test run makes it, which takes seconds; whoever asks meanwhile waits. */
export async function makeDatabaseTemplate(): Promise<void> {
	const template = templateFolder();
	const unfinished = `${template}-unfinished`;
	if (!isFirst(unfinished)) {
		while (!existsSync(template)) await new Promise((resolve) => setTimeout(resolve, 50));
		return;
	}
	const connection = await connect({ dataDir: unfinished });
	await connection.close();
	renameSync(unfinished, template);
}

const templateFolder = () => path.join(inject('runFolder'), 'empty-database');

/** Also when the folder has been moved away since: the mark stays. */
function isFirst(unfinished: string): boolean {
	try {
		mkdirSync(`${unfinished}.mark`);
		return true;
	} catch (error) {
		if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
		throw error;
	}
}

/** A folder that is removed when the test ends. */
export function aFolder(): string {
	const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'moto-test-'));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}
