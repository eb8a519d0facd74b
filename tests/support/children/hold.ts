/** A process that opens the database in a folder, says so, and holds it until it is ended. */
import { connect } from '#server/db/connect.ts';

const [dataDir = ''] = process.argv.slice(2);
await connect({ dataDir });
console.log('open');
setInterval(() => undefined, 60_000);
