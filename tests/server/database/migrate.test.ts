import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '#server/db/connect.ts';
import type { Connection } from '#server/db/connection.ts';
import { migrate } from '#server/db/migrate.ts';
import { aChild } from '#tests/support/child.ts';
import {
	aDatabaseFolder,
	aFolder,
	anEmptyDatabase,
	aPostgresDatabase,
	databases,
	makeDatabaseTemplate,
} from '#tests/support/database.ts';

/** Each leaves a trace of having run, so that a second run of the same shows. */
const traced = (name: string, more = '') =>
	`create table if not exists trace (name text); insert into trace values ('${name}'); ${more}`;

const first = { '0001_shop.sql': traced('shop', 'create table shop (id int)') };
const second = { '0002_bike.sql': traced('bike', 'create table bike (id int)') };

describe.each(databases)('migrating %s', (database) => {
	let connection: Connection;

	beforeAll(async () => {
		await makeDatabaseTemplate();
		connection = await anEmptyDatabase(database);
	}, 120_000);
	beforeEach(() => connection.exec('drop schema public cascade; create schema public'));
	afterAll(() => connection.close());

	it('runs the files in order, once, and those added later at the next start', async () => {
		const folder = withFiles({ ...second, ...first });

		expect(await migrate(connection, folder)).toEqual(['0001_shop.sql', '0002_bike.sql']);
		expect(await migrate(connection, folder)).toEqual([]);
		write(folder, { '0003_job.sql': traced('job') });
		expect(await migrate(connection, folder)).toEqual(['0003_job.sql']);
		expect(await traces(connection)).toEqual(['shop', 'bike', 'job']);
	});

	it('keeps nothing of one that fails, nor runs those behind it, and goes on when it is mended', async () => {
		const folder = withFiles({
			...first,
			'0002_bike.sql': traced('bike', 'create table bike (id int); select 1 / 0'),
			'0003_job.sql': traced('job'),
		});

		await expect(migrate(connection, folder)).rejects.toMatchObject({ code: '22012' });
		expect(await traces(connection)).toEqual(['shop']);
		write(folder, second);
		expect(await migrate(connection, folder)).toEqual(['0002_bike.sql', '0003_job.sql']);
		expect(await traces(connection)).toEqual(['shop', 'bike', 'job']);
	});

	it('refuses a file that changed after it ran, but not one with other line ends', async () => {
		const folder = withFiles({ '0001_shop.sql': traced('shop', '\n-- a remark\n') });
		await migrate(connection, folder);

		write(folder, { '0001_shop.sql': traced('shop', '\r\n-- a remark\r\n') });
		expect(await migrate(connection, folder)).toEqual([]);

		write(folder, { '0001_shop.sql': traced('shop', '\n-- another remark\n') });
		await expect(migrate(connection, folder)).rejects.toThrow('0001_shop.sql was changed');
	});

	it('refuses a file that comes in before one that has run', async () => {
		const folder = withFiles(second);
		await migrate(connection, folder);
		write(folder, first);

		await expect(migrate(connection, folder)).rejects.toThrow('0001_shop.sql comes too late');
		expect(await traces(connection)).toEqual(['bike']);
	});

	it.each([
		['a name without a number', { 'shop.sql': '' }, 'not named like'],
		['two files of one number', { '0001_a.sql': '', '0001_b.sql': '' }, 'have the number'],
	])('refuses %s before it touches anything', async (_, files, reason) => {
		await expect(migrate(connection, withFiles(files))).rejects.toThrow(reason);
		expect(
			await connection.query('select * from pg_tables where schemaname = $1', ['public']),
		).toEqual([]);
	});

	it('runs each file once when several start together', async () => {
		const databaseUrl = database === 'postgres' ? await aPostgresDatabase() : undefined;
		const servers =
			databaseUrl === undefined
				? [connection, connection, connection]
				: await Promise.all([1, 2, 3].map(() => connect({ databaseUrl })));
		const folder = withFiles({ ...first, ...second, '0003_job.sql': traced('job') });

		const ran = await Promise.all(servers.map((server) => migrate(server, folder)));

		expect(ran.flat().sort()).toEqual(['0001_shop.sql', '0002_bike.sql', '0003_job.sql']);
		expect(await traces(servers[0] ?? connection)).toEqual(['shop', 'bike', 'job']);
		if (databaseUrl !== undefined) await Promise.all(servers.map((server) => server.close()));
	});

	it('goes on where a killed server stopped', async () => {
		const place = database === 'postgres' ? await aPostgresDatabase() : aDatabaseFolder();
		const slow = traced('bike', 'create table bike (id int); select pg_sleep(2)');
		const folder = withFiles({ ...first, '0002_bike.sql': slow });
		const child = aChild('migrate', database, place, folder);
		expect(await child.line(), child.errors()).toBe('started');
		await new Promise((resolve) => setTimeout(resolve, 700));
		await child.kill();
		expect(child.lines).toEqual(['started']);

		write(folder, second);
		const again = await connect(
			database === 'postgres' ? { databaseUrl: place } : { dataDir: place },
		);
		await migrate(again, folder);

		expect(await traces(again)).toEqual(['shop', 'bike']);
		await again.close();
	});
});

async function traces(connection: Connection): Promise<string[]> {
	const rows = await connection.query<{ name: string }>('select name from trace');
	return rows.map(({ name }) => name);
}

function withFiles(files: Record<string, string>): string {
	const folder = path.join(aFolder(), 'migrations');
	mkdirSync(folder);
	write(folder, files);
	return folder;
}

function write(folder: string, files: Record<string, string>): void {
	for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
}
