import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Reaper } from './reaper.ts';

/** A server as production starts it, and how often that had to be. */
export type ServerProcess = {
	readonly port: () => number;
	readonly isUp: () => boolean;
	/** How often it ended without being killed. */
	readonly fell: () => number;
	/** Starts it; as often as it takes, like whatever watches over a server. */
	readonly start: () => Promise<void>;
	readonly kill: () => Promise<void>;
	/** The last of what it complained of. */
	readonly errors: () => string;
};

const attemptsMax = 20;
const linesKept = 40;

export type ServerOptions = {
	readonly env: Readonly<Record<string, string>>;
	readonly reaper: Reaper;
	/** What Node is to load before the server. */
	readonly before?: readonly string[];
};

export function serverProcess({ env, reaper, before = [] }: ServerOptions): ServerProcess {
	const main = path.resolve(import.meta.dirname, '../../server/main.ts');
	const errors: string[] = [];
	let running: ChildProcess | null = null;
	let port = 0;
	let fell = 0;

	async function attempt(): Promise<boolean> {
		const child = spawn(process.execPath, [...before, main], {
			env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'error', ...env },
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		const { pid = 0 } = child;
		reaper.add(pid);
		child.once('exit', () => {
			reaper.drop(pid);
			if (running === child) fell += 1;
			if (running === child) running = null;
		});
		createInterface(child.stderr).on('line', (line) => {
			errors.push(line.slice(0, 1_000));
			errors.splice(0, errors.length - linesKept);
		});
		for await (const line of createInterface(child.stdout)) {
			const ready = /^ready http:.*:(\d+)$/.exec(line)?.[1];
			if (ready === undefined) continue;
			port = Number(ready);
			running = child;
			child.stdout.resume();
			return true;
		}
		return false;
	}

	return {
		port: () => port,
		isUp: () => running !== null,
		fell: () => fell,
		async start() {
			for (let nth = 1; nth <= attemptsMax; nth += 1) if (await attempt()) return;
			throw new Error(`the server does not start:\n${errors.join('\n')}`);
		},
		async kill() {
			const child = running;
			if (child === null) return;
			running = null;
			const gone = once(child, 'exit');
			child.kill('SIGKILL');
			await gone;
		},
		errors: () => errors.join('\n'),
	};
}
