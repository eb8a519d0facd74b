import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { connect } from '#server/db/connect.ts';
import { FolderInUse, lockFolder } from '#server/db/pglite/folder-lock.ts';
import { aChild } from '#tests/support/child.ts';
import { aDatabaseFolder, aFolder, makeDatabaseTemplate } from '#tests/support/database.ts';

describe('the lock on a folder', () => {
	it('is refused to a second one and names the process that has it', () => {
		const folder = aFolder();
		const lock = lockFolder(folder);

		expect(() => lockFolder(folder)).toThrow(FolderInUse);
		expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid}`);
		lock.release();
	});

	it('is free again after release, which may be called twice', () => {
		const folder = aFolder();
		const first = lockFolder(folder);
		first.release();
		const second = lockFolder(folder);

		first.release();

		expect(() => lockFolder(folder)).toThrow(FolderInUse);
		second.release();
	});

	it('does not believe a note left by a dead process, even if its number lives again', () => {
		const folder = aFolder();
		writeFileSync(path.join(folder, 'server.lock'), '');
		writeFileSync(path.join(folder, 'server.pid'), `${process.ppid}\n`);

		const lock = lockFolder(folder);

		expect(() => lockFolder(folder)).toThrow(`process ${process.pid}`);
		lock.release();
	});
});

describe('the embedded database in a folder', () => {
	beforeAll(makeDatabaseTemplate, 120_000);

	async function aKeptFolder(): Promise<string> {
		const dataDir = aDatabaseFolder();
		const connection = await connect({ dataDir });
		await connection.exec('create table kept (id int); insert into kept values (1)');
		await connection.close();
		return dataDir;
	}

	async function expectOpens(dataDir: string): Promise<void> {
		const connection = await connect({ dataDir });
		expect(await connection.query('select id from kept')).toEqual([{ id: 1 }]);
		await connection.close();
	}

	it('is refused to a second process, which names the first', async () => {
		const dataDir = await aKeptFolder();
		const connection = await connect({ dataDir });

		const second = aChild('hold', dataDir);

		expect(await second.end()).toBe(1);
		expect(second.lines).toEqual([]);
		expect(second.errors()).toContain(`${dataDir} is in use by process ${process.pid}`);
		expect(await connection.query('select id from kept')).toEqual([{ id: 1 }]);
		await connection.close();
	});

	it('opens at once after the process that had it was killed', async () => {
		const dataDir = await aKeptFolder();
		const first = aChild('hold', dataDir);
		expect(await first.line(), first.errors()).toBe('open');
		await expect(connect({ dataDir })).rejects.toThrow(`in use by process ${first.pid}`);
		await first.kill();

		expect(existsSync(path.join(dataDir, 'database', 'postmaster.pid'))).toBe(true);
		await expectOpens(dataDir);
	});

	it.each([
		['an empty', ''],
		['a torn', '4'],
		['an old', `${process.pid}\n/pglite/data\n1795445621\n5432\n\n\n       20         1\n`],
	])('opens in spite of %s postmaster.pid', async (_, text) => {
		const dataDir = await aKeptFolder();
		writeFileSync(path.join(dataDir, 'database', 'postmaster.pid'), text);

		await expectOpens(dataDir);
	});

	it('is made anew when an earlier start was cut off while making it', async () => {
		const dataDir = aFolder();
		mkdirSync(path.join(dataDir, 'database.new'));
		writeFileSync(path.join(dataDir, 'database.new', 'PG_VERSION'), '18\n');

		const connection = await connect({ dataDir });

		expect(await connection.query('select 1 as one')).toEqual([{ one: 1 }]);
		expect(existsSync(path.join(dataDir, 'database.new'))).toBe(false);
		await connection.close();
	});

	it('gives the folder back when it cannot be opened', async () => {
		const dataDir = aFolder();
		mkdirSync(path.join(dataDir, 'database'));
		writeFileSync(path.join(dataDir, 'database', 'PG_VERSION'), '18\n');

		await expect(connect({ dataDir })).rejects.toThrow();

		lockFolder(dataDir).release();
	});
});
