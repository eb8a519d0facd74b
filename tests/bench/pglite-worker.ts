/** The embedded database in a thread of its own, for `pglite-spike.ts`: answers one statement at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { connect } from '#server/db/connect.ts';

const connection = await connect({ dataDir: workerData as string });

parentPort?.on(
	'message',
	({ id, text, params }: { id: number; text: string; params: unknown[] }) => {
		void connection.query(text, params).then((rows) => parentPort?.postMessage({ id, rows }));
	},
);
parentPort?.postMessage({ id: 0, rows: [] });
