/**
 * A process that writes visits, with checkpoints and changes of the log file in between, and prints
 * for each that was acknowledged how long the journal of its deeds (`record.ts`) was by then.
 */
import { statSync, writeSync } from 'node:fs';
import { connect } from '#server/db/connect.ts';
import { visitTables } from '../visits.ts';

const [dataDir = '', count = '0'] = process.argv.slice(2);
const connection = await connect({ dataDir });
await connection.exec(visitTables);
for (let id = 1; id <= Number(count); id += 1) {
	await connection.transaction(async (tx) => {
		for (const table of ['booking', 'job', 'invoice'])
			await tx.query(`insert into ${table} values ($1, $2)`, [id, 'x'.repeat(2000)]);
	});
	writeSync(1, `${id} ${statSync(String(process.env['POWER_JOURNAL'])).size}\n`);
	if (id % 15 === 0) await connection.exec('checkpoint');
	if (id % 10 === 0) await connection.exec('select pg_switch_wal()');
}
await connection.close();
