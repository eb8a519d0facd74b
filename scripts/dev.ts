import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';

import { environment, root } from './run.ts';

const web = 'http://localhost:5173';

/**
 * Server and pages with reload, in one terminal. The seeded town lives in data/dev and survives
 * restarts; delete that folder to begin anew. When one of the two ends, so does the other.
 */
const env = environment({
	DEMO: '1',
	DATA_DIR: process.env.DATA_DIR ?? 'data/dev',
	PUBLIC_URL: process.env.PUBLIC_URL ?? web,
});
const children: ChildProcess[] = [
	spawn('node', ['--watch', '--watch-preserve-output', 'server/main.ts'], {
		cwd: root,
		env,
		stdio: 'inherit',
	}),
	spawn('vite', ['dev', '--clearScreen', 'false'], { cwd: root, env, stdio: 'inherit' }),
];

for (const child of children) child.once('exit', (code) => stop(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(0));

function stop(code: number): void {
	process.exitCode ||= code;
	for (const child of children) child.kill('SIGTERM');
}
