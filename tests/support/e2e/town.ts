import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

const root = path.resolve(import.meta.dirname, '../../..');

/** The demo's town on a server, a port and a folder of its own. */
export type Town = {
	readonly url: string;
	/** The server's process ends at once, with no chance to clean up. */
	readonly kill: () => Promise<void>;
	/** A new server on the folder and the port of the one that was killed. */
	readonly restart: () => Promise<void>;
	/** Ends it for good, and its folder goes with it. */
	readonly stop: () => Promise<void>;
};

export async function startTown(): Promise<Town> {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'moto-town-'));
	const port = await freePort();
	const url = `http://localhost:${port}`;
	let server = await serve(folder, port, url);

	const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
		if (server.exitCode !== null || server.signalCode !== null) return;
		const ended = once(server, 'exit');
		server.kill(signal);
		await ended;
	};
	return {
		url,
		kill: () => end('SIGKILL'),
		restart: async () => {
			server = await serve(folder, port, url);
		},
		stop: async () => {
			await end('SIGTERM');
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

async function serve(folder: string, port: number, url: string): Promise<ChildProcess> {
	const server = spawn(process.execPath, ['server/main.ts'], {
		cwd: root,
		env: {
			...process.env,
			DEMO: '1',
			DEMO_NOW: thisMorning(),
			DATA_DIR: folder,
			PORT: String(port),
			LOG_LEVEL: 'warn',
		},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const ready = await readyAt(server);
	// A phone knows its server by its address: on another port it would be another phone.
	if (ready !== url) throw new Error(`the server is at ${ready} instead of ${url}`);
	return server;
}

/**
 * Ten o'clock in India: the same hour whenever the tests run, so that there are always free times
 * today. The phones' clocks are then off by some hours, which must not matter to anybody.
 */
const thisMorning = (): string => `${new Date().toISOString().slice(0, 10)}T04:30:00.000Z`;

/** Reads on after that, for ever: a server whose words nobody reads stops when the pipe is full. */
function readyAt(server: ChildProcess): Promise<string> {
	const { stdout } = server;
	if (stdout === null) throw new Error('the server has no output to read');
	return new Promise((resolve, reject) => {
		createInterface(stdout).on('line', (line) => {
			const [, url] = /^ready (\S+)/.exec(line) ?? [];
			if (url !== undefined) resolve(url);
			else if (line.startsWith('{')) process.stderr.write(`${line}\n`); // Its log.
		});
		server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
	});
}

/**
 * A port that nobody has, and that stays free while the server is dead: below those that systems
 * give to outgoing connections.
 */
async function freePort(): Promise<number> {
	for (;;) {
		const port = 10_000 + Math.floor(Math.random() * 20_000);
		if (await isFree(port)) return port;
	}
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const probe = createServer();
		probe.once('error', () => resolve(false));
		probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
	});
}
