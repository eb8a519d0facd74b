import fs from 'node:fs';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '#server/db/connect.ts';
import { aChild } from '#tests/support/child.ts';
import {
	aDatabaseFolder,
	aPostgresDatabase,
	databases,
	makeDatabaseTemplate,
} from '#tests/support/database.ts';
import { storedVisits, type Visits, visitTables } from '#tests/support/visits.ts';

beforeAll(makeDatabaseTemplate, 120_000);

describe('the embedded database in a folder', () => {
	afterEach(() => vi.restoreAllMocks());

	it('brings each commit to the disk before it answers', async () => {
		let syncs = 0;
		const connection = await connect({ dataDir: aDatabaseFolder(), onSync: () => syncs++ });
		await connection.exec(visitTables);

		const syncsOfEach: number[] = [];
		for (let id = 1; id <= 20; id++) {
			const before = syncs;
			await connection.transaction(async (tx) => {
				await tx.query('insert into booking values ($1, $2)', [id, 'a']);
				await tx.query('insert into job values ($1, $2)', [id, 'b']);
			});
			syncsOfEach.push(syncs - before);
		}
		const beforeReading = syncs;
		await connection.query('select * from booking');
		const forReading = syncs - beforeReading;
		await connection.close();

		expect(Math.min(...syncsOfEach)).toBeGreaterThanOrEqual(1);
		expect(forReading).toBe(0);
	});

	it('stops for good when the disk fails, and loses nothing acknowledged', async () => {
		const dataDir = aDatabaseFolder();
		const told: Error[] = [];
		const connection = await connect({ dataDir, onBroken: (error) => told.push(error) });
		await connection.exec(visitTables);
		await connection.query(`insert into booking values (1, 'kept')`);

		const failing = vi.spyOn(fs, 'fsyncSync').mockImplementation(() => {
			throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', errno: -5 });
		});
		const refused = connection.query(`insert into booking values (2, 'never acknowledged')`);
		await expect(refused).rejects.toThrow('could not fsync');
		failing.mockRestore();

		expect(told).toHaveLength(1);
		await expect(connection.query('select 1')).rejects.toThrow('The database has stopped');
		await expect(connection.transaction(async () => 1)).rejects.toThrow('The database has stopped');
		await connection.close();

		const again = await connect({ dataDir });
		expect((await storedVisits(again)).booking).toContain(1);
		await again.close();
	});
});

/** Twenty over both: enough that kills fall into every part of a transaction. */
const rounds = 10;

describe.each(databases)('on %s, a server killed while it writes', (database) => {
	it(
		`keeps every acknowledged visit, once and whole, ${rounds} times in a row`,
		{ timeout: 120_000 },
		async () => {
			const embedded = database === 'pglite';
			const place = embedded ? aDatabaseFolder() : await aPostgresDatabase();
			const before = await connect(embedded ? { dataDir: place } : { databaseUrl: place });
			await before.exec(visitTables);
			await before.close();
			const acknowledged = new Set<number>();

			for (let round = 1; round <= rounds; round++) {
				const child = aChild('visits', database, place);
				const found = await child.line();
				expect(found, child.errors()).not.toBeNull();
				expectWhole(JSON.parse(found ?? '') as Visits, acknowledged);

				for (let visits = 0; visits < 3 + ((round * 7) % 30); visits++) await child.line();
				await child.kill();
				for (const line of child.lines.slice(1)) acknowledged.add(Number(line));
			}

			const connection = await connect(embedded ? { dataDir: place } : { databaseUrl: place });
			expectWhole(await storedVisits(connection), acknowledged);
			await connection.close();
			expect(acknowledged.size).toBeGreaterThan(rounds * 3);
			console.log(
				`${database}: ${rounds} kills, ${acknowledged.size} acknowledged visits, all there`,
			);
		},
	);
});

function expectWhole({ booking, job, invoice }: Visits, acknowledged: Set<number>): void {
	expect(job).toEqual(booking);
	expect(invoice).toEqual(booking);
	expect(new Set(booking).size).toBe(booking.length);
	expect([...acknowledged].filter((id) => !booking.includes(id))).toEqual([]);
}
