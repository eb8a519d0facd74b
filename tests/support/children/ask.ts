import process from 'node:process';

import { connect } from '#server/db/connect.ts';

/** A process of its own, `ask.ts <folder> <statement>`: prints what a dead server's database answers. */
const [dataDir = '', statement = ''] = process.argv.slice(2);
const connection = await connect({ dataDir });
process.stdout.write(JSON.stringify(await connection.query(statement)));
await connection.close();
