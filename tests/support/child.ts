import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** A process of ours under test; it is killed when the test ends, if it still runs. */
export type Child = {
	pid: number;
	/** Everything it printed so far, line by line. */
	lines: string[];
	/** What it complained of, so far. */
	errors(): string;
	/** Waits for its next line; null when it has ended. */
	line(): Promise<string | null>;
	/** Kills it with no chance to clean up, and waits until it and its last words are there. */
	kill(): Promise<void>;
	/** Waits for its end: its exit code, or null when it was killed. */
	end(): Promise<number | null>;
};

/** Starts `tests/support/children/<name>.ts`. */
export function aChild(name: string, ...args: string[]): Child {
	const script = path.join(import.meta.dirname, 'children', `${name}.ts`);
	const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
	const closed = once(child, 'close');
	onTestFinished(() => void child.kill('SIGKILL'));

	let errors = '';
	child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
	const lines: string[] = [];
	const reader = createInterface(child.stdout);
	reader.on('line', (line) => lines.push(line));
	const upcoming = reader[Symbol.asyncIterator]();

	async function end(): Promise<number | null> {
		await closed;
		return child.exitCode;
	}
	return {
		pid: child.pid ?? 0,
		lines,
		errors: () => errors,
		async line() {
			const { value, done } = await upcoming.next();
			return done === true ? null : value;
		},
		async kill() {
			child.kill('SIGKILL');
			await end();
		},
		end,
	};
}
