import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Connection, Transaction } from './connection.ts';

type Migration = { name: string; script: string; hash: string };

/** Our key among PostgreSQL's advisory locks; two numbers, so never one of the locks by a single key. */
const lock = [0x6d6f746f, 1] as const;

/** How long a migration may wait for a table in use; then it fails, and every query behind it goes on. */
const lockSecondsMax = 10;

const nameShape = /^\d{4}_[a-z0-9_]+\.sql$/;

/**
 * Brings the database to the newest of `folder`'s migrations, and returns the names of those that ran.
 *
 * Each runs in a transaction together with its line in `schema_migration`, so a server that is killed
 * leaves a whole number of them and the next start goes on. Servers that start at the same time
 * take turns by an advisory lock and find the work done. A file that changed after it ran, or one that
 * would run behind a later one, is refused: two databases would differ and nobody would know.
 */
export async function migrate(
	connection: Connection,
	folder = path.join(import.meta.dirname, 'migrations'),
): Promise<string[]> {
	const migrations = migrationsIn(folder);
	const ran = await connection.transaction(async (tx) => {
		await takeTurn(tx);
		await tx.query(
			'create table if not exists schema_migration (name text primary key, hash text not null)',
		);
		return recorded(tx);
	});

	const names: string[] = [];
	for (const migration of migrations) {
		if (ran.get(migration.name) === migration.hash) continue;
		if (await connection.transaction((tx) => runOnce(tx, migration))) names.push(migration.name);
	}
	return names;
}

/** Looks again under the lock, because another server may have run it since. */
async function runOnce(tx: Transaction, { name, script, hash }: Migration): Promise<boolean> {
	await takeTurn(tx);
	const ran = await recorded(tx);
	const before = ran.get(name);
	if (before === hash) return false;
	if (before !== undefined) throw new Error(`Migration ${name} was changed after it had run`);
	const later = [...ran.keys()].find((other) => other > name);
	if (later !== undefined) throw new Error(`Migration ${name} comes too late: ${later} has run`);

	await tx.exec(`set local lock_timeout = '${lockSecondsMax}s'`);
	await tx.exec(script);
	await tx.query('insert into schema_migration (name, hash) values ($1, $2)', [name, hash]);
	return true;
}

async function takeTurn(tx: Transaction): Promise<void> {
	await tx.query('select pg_advisory_xact_lock($1, $2)', lock);
}

async function recorded(tx: Transaction): Promise<Map<string, string>> {
	const rows = await tx.query<{ name: string; hash: string }>(
		'select name, hash from schema_migration order by name',
	);
	return new Map(rows.map(({ name, hash }) => [name, hash]));
}

function migrationsIn(folder: string): Migration[] {
	const names = readdirSync(folder)
		.filter((name) => name.endsWith('.sql'))
		.sort();
	names.forEach((name, index) => {
		if (!nameShape.test(name)) throw new Error(`Migration ${name} is not named like 0001_name.sql`);
		const twin = names[index - 1]?.slice(0, 4) === name.slice(0, 4);
		if (twin) throw new Error(`Two migrations have the number of ${name}`);
	});
	return names.map((name) => {
		// A checkout may write other line ends; they are not a change.
		const script = readFileSync(path.join(folder, name), 'utf8').replaceAll('\r\n', '\n');
		return { name, script, hash: createHash('sha256').update(script).digest('hex') };
	});
}
