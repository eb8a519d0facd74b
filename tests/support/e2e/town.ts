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
	/** Where its data lie; to be touched only while the server is dead. */
	readonly folder: string;
	/** The server's process ends at once, with no chance to clean up. */
	readonly kill: () => Promise<void>;
	/** A new server on the folder and the port of the one that was killed, if it was. */
	readonly restart: () => Promise<void>;
	/** Ends it for good, and its folder goes with it. */
	readonly stop: () => Promise<void>;
};

export async function startTown(now = thisMorning()): Promise<Town> {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'moto-town-'));
	const port = await freePort();
	const url = `http://localhost:${port}`;
	let server = serve(folder, port, now);
	await readyAt(server, url);

	const runs = () => server.exitCode === null && server.signalCode === null;
	const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
		if (!runs()) return;
		const ended = once(server, 'exit');
		server.kill(signal);
		await ended;
	};
	return {
		url,
		folder,
		kill: () => end('SIGKILL'),
		restart: async () => {
			if (runs()) return;
			server = serve(folder, port, now);
			await readyAt(server, url);
		},
		stop: async () => {
			await end('SIGTERM');
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

const serve = (folder: string, port: number, now: string): ChildProcess =>
	spawn(process.execPath, ['server/main.ts'], {
		cwd: root,
		env: {
			...process.env,
			DEMO: '1',
			DEMO_NOW: now,
			DATA_DIR: folder,
			PORT: String(port),
			LOG_LEVEL: 'warn',
		},
		stdio: ['ignore', 'pipe', 'inherit'],
	});

/**
 * Ten o'clock in India: the same hour whenever the tests run, so that there are always free times
 * today. The phones' clocks are then off by some hours, which must not matter to anybody.
 */
const thisMorning = (): string => `${new Date().toISOString().slice(0, 10)}T04:30:00.000Z`;

/**
 * Resolves when the server listens at its address; on another one it would be another server to a
 * phone. Reads on for ever: a server whose words nobody reads stops when the pipe is full.
 */
function readyAt(server: ChildProcess, url: string): Promise<void> {
	const { stdout } = server;
	if (stdout === null) throw new Error('the server has no output to read');
	return new Promise((resolve, reject) => {
		createInterface(stdout).on('line', (line) => {
			if (line === `ready ${url}`) resolve();
			else if (line.startsWith('ready ')) reject(new Error(`${line}, but not ${url}`));
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
