import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { buildIfStale } from './build.ts';

const portsTriedMax = 50;

/** The whole product with a seeded town in a folder of its own, which is gone when it stops. */
await buildIfStale();

const folder = mkdtempSync(path.join(os.tmpdir(), 'moto-servicehub-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

process.env.DEMO = '1';
process.env.DATA_DIR = folder;
process.env.PORT = String(await freePort(Number(process.env.PORT ?? 3000)));
delete process.env.DATABASE_URL;
await import('#server/main.ts');

/** The port asked for, or the next one that nobody listens on. */
async function freePort(first: number): Promise<number> {
	for (let port = first; port < first + portsTriedMax; port++) {
		if (await isFree(port)) return port;
	}
	throw new Error(`No free port between ${first} and ${first + portsTriedMax - 1}.`);
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const probe = createServer();
		probe.once('error', () => resolve(false));
		probe.listen(port, process.env.HOST ?? '127.0.0.1', () => probe.close(() => resolve(true)));
	});
}
