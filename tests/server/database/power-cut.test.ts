import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { connect } from '#server/db/connect.ts';
import { seeded } from '#tests/simulation/random.ts';
import { aDatabaseFolder, aFolder, makeDatabaseTemplate } from '#tests/support/database.ts';
import { aDisk, type Luck } from '#tests/support/power.ts';
import { deedsIn } from '#tests/support/power-journal.ts';
import { storedVisits, visitTables } from '#tests/support/visits.ts';

/** With their checkpoints and log files, some hundred fsyncs. */
const visitsWritten = 40;
const cutsPerLuck = 2;
const lucks: readonly Luck[] = [
	{ kept: 0, sectorBytes: 4096 },
	{ kept: 0.5, sectorBytes: 512 },
	{ kept: 0.9, sectorBytes: 4096 },
	{ kept: 1, sectorBytes: 4096 },
];

/** Writes visits into a database under record: the folder before, and what was done to it. */
function recorded() {
	const [before, dataDir, journal] = [aDatabaseFolder(), aFolder(), path.join(aFolder(), 'deeds')];
	cpSync(before, dataDir, { recursive: true });
	const children = path.resolve(import.meta.dirname, '../../support/children');
	const program = path.join(children, 'checkpoints.ts');
	const args = ['--import', path.join(children, 'record.ts'), program, dataDir, `${visitsWritten}`];
	const env = { ...process.env, POWER_FOLDER: dataDir, POWER_JOURNAL: journal };
	const said = execFileSync(process.execPath, args, { env, encoding: 'utf8' });
	const acknowledged = said
		.trim()
		.split('\n')
		.map((line) => line.split(' ').map(Number));
	return { before, deeds: deedsIn(journal), acknowledged: acknowledged as [number, number][] };
}

describe('the embedded database after a power cut', () => {
	beforeAll(makeDatabaseTemplate, 120_000);

	it('opens and has every acknowledged visit, whole', { timeout: 240_000 }, async () => {
		const { before, deeds, acknowledged } = recorded();
		const [random, wreck] = [seeded(1), aFolder()];
		const count = lucks.length * cutsPerLuck;
		const cuts = Array.from({ length: count }, () => random.below(deeds.length)).sort(
			(a, b) => a - b,
		);
		const disk = aDisk(before);
		let played = 0;
		let promises = 0;

		for (const [nth, at] of cuts.entries()) {
			while (played <= at) disk.play(deeds[played++]!);
			const place = path.join(wreck, `${nth}`);
			const luck = lucks[nth % lucks.length]!;
			disk.cut(place, luck, random);
			const due = acknowledged.flatMap(([id, end]) => (end <= deeds[at]!.end ? [id] : []));
			promises += due.length;

			const again = await connect({ dataDir: place });
			const [made] = await again.query<{ tables: boolean }>(
				`select to_regclass('booking') is not null as tables`,
			);
			if (made?.tables === false) await again.exec(visitTables);
			const { booking, job, invoice } = await storedVisits(again);
			await again.close();
			const about = `cut ${nth} after deed ${at}, ${JSON.stringify(luck)}`;
			expect(booking.slice(0, due.length), about).toEqual(due);
			expect([job, invoice], about).toEqual([booking, booking]);
		}
		console.log(`${count} power cuts, ${promises} acknowledged visits, none lost`);
	});

	it('has lost them if the disk lies, so that a loss would be seen', { timeout: 240_000 }, () => {
		const { before, deeds, acknowledged } = recorded();
		const [honest, lying] = [aDisk(before), aDisk(before, true)];
		for (const deed of deeds) for (const disk of [honest, lying]) disk.play(deed);
		const [kept, lost] = [path.join(aFolder(), 'kept'), path.join(aFolder(), 'lost')];

		honest.cut(kept, lucks[0]!, seeded(1));
		lying.cut(lost, lucks[0]!, seeded(1));

		const visitsIn = (place: string) => {
			const ask = path.resolve(import.meta.dirname, '../../support/children/ask.ts');
			const statement = `select to_regclass('booking') is not null as there`;
			const said = execFileSync(process.execPath, [ask, place, statement], { encoding: 'utf8' });
			return (JSON.parse(said) as { there: boolean }[])[0]?.there;
		};
		expect(acknowledged).toHaveLength(visitsWritten);
		expect([visitsIn(kept), visitsIn(lost)]).toEqual([true, false]);
	});
});
