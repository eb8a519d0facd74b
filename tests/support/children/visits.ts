/**
 * A process that writes visits until it is killed: each is one transaction over three tables. It
 * first prints what it finds stored, then the number of each visit once its commit has returned.
 */
import { writeSync } from 'node:fs';
import { connect } from '#server/db/connect.ts';
import { storedVisits } from '../visits.ts';

const [kind, place = ''] = process.argv.slice(2);
const connection = await connect(kind === 'postgres' ? { databaseUrl: place } : { dataDir: place });

const found = await storedVisits(connection);
writeSync(1, `${JSON.stringify(found)}\n`);

let next = Math.max(0, ...found.booking) + 1;
const atOnce = kind === 'postgres' ? 4 : 1;
await Promise.all(Array.from({ length: atOnce }, writeVisits));

async function writeVisits(): Promise<never> {
	for (;;) {
		const id = next++;
		await connection.transaction(async (tx) => {
			for (const table of ['booking', 'job', 'invoice']) {
				await tx.query(`insert into ${table} (id, note) values ($1, $2)`, [id, 'x'.repeat(500)]);
				await new Promise((resolve) => setImmediate(resolve));
			}
		});
		writeSync(1, `${id}\n`);
	}
}
