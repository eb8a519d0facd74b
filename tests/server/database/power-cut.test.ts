import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '#server/db/connect.ts';
import { aDatabaseFolder, aFolder, makeDatabaseTemplate } from '#tests/support/database.ts';
import { watchDisk } from '#tests/support/power.ts';
import { storedVisits, visitTables } from '#tests/support/visits.ts';

/** Before which fsyncs the power goes: in commits, in a checkpoint, while a log file is changed. */
const cutsBefore = [12, 31, 48, 67, 96];

/** With their checkpoints, more than enough for the last of the cuts. */
const visitsWritten = 40;

describe('the embedded database after a power cut', () => {
	beforeAll(makeDatabaseTemplate, 120_000);
	afterEach(() => vi.restoreAllMocks());

	it('opens and has every acknowledged visit, whole', { timeout: 120_000 }, async () => {
		const [dataDir, store, wreck] = [aDatabaseFolder(), aFolder(), aFolder()];
		const disk = watchDisk(path.join(dataDir, 'database'), store);
		const connection = await connect({ dataDir });
		await connection.exec(visitTables);
		const acknowledged: number[] = [];
		const cuts = new Map<string, number>();

		disk.beforeSync(() => {
			if (!cutsBefore.includes(disk.syncs())) return;
			for (const luck of ['nothing', 'something'] as const) {
				const place = path.join(wreck, `${disk.syncs()}-${luck}`);
				fs.mkdirSync(place);
				const lucky = (file: string) => luck === 'something' && isLucky(file, disk.syncs());
				disk.cut(path.join(place, 'database'), lucky);
				cuts.set(place, acknowledged.length);
			}
		});
		for (let id = 1; id <= visitsWritten; id++) {
			await connection.transaction(async (tx) => {
				for (const table of ['booking', 'job', 'invoice']) {
					await tx.query(`insert into ${table} values ($1, $2)`, [id, 'x'.repeat(2000)]);
				}
			});
			acknowledged.push(id);
			if (id % 15 === 0) await connection.exec('checkpoint');
			if (id % 10 === 0) await connection.exec('select pg_switch_wal()');
		}
		await connection.close();
		vi.restoreAllMocks();

		for (const [place, count] of cuts) {
			const again = await connect({ dataDir: place });
			const { booking, job, invoice } = await storedVisits(again);
			await again.close();
			expect(booking.slice(0, count), place).toEqual(acknowledged.slice(0, count));
			expect([job, invoice], place).toEqual([booking, booking]);
		}
		console.log(
			`${cuts.size} power cuts, at most ${acknowledged.length} acknowledged visits, none lost`,
		);
	});
});

/** A coin for each file and cut, always the same one. */
function isLucky(file: string, cut: number): boolean {
	const sum = [...path.basename(file)].reduce((total, letter) => total + letter.charCodeAt(0), cut);
	return sum % 2 === 0;
}
