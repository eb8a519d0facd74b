/** A process that migrates a database. */
import { connect } from '#server/db/connect.ts';
import { migrate } from '#server/db/migrate.ts';

const [kind, place = '', folder = ''] = process.argv.slice(2);
const connection = await connect(kind === 'postgres' ? { databaseUrl: place } : { dataDir: place });
console.log('started');
await migrate(connection, folder);
await connection.close();
console.log('done');
