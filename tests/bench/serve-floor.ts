/** The floor as a process of its own, on a free port of this machine. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { floorOn } from './floor/server.ts';

const { app, close } = await floorOn(process.env['DATABASE_URL'] ?? '');
const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server;
await once(server.listen(0, '127.0.0.1'), 'listening');
process.once('SIGTERM', () => {
	server.closeAllConnections();
	server.close(() => void close().then(() => process.exit(0)));
});
process.stdout.write(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
