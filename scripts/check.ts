import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { root, run } from './run.ts';

const atOnce = 2;

/** Folders and files whose imports have a direction. */
const borders = ['sync', 'server', 'src', 'tests', 'scripts'].filter((folder) =>
	existsSync(path.join(root, folder)),
);
const worker = existsSync(path.join(root, 'src/service-worker.ts'));

type Check = { name: string; command: string; args: readonly string[] };

/** Longest first, so that two at a time end soonest. */
const checks: readonly Check[] = [
	{ name: 'lint', command: 'eslint', args: ['.', '--max-warnings', '0'] },
	{
		name: 'pages',
		command: 'svelte-check',
		args: ['--fail-on-warnings', '--tsconfig', './tsconfig.json', '--output', 'human'],
	},
	{ name: 'types', command: 'tsc', args: ['-p', 'tsconfig.json'] },
	{ name: 'unused', command: 'knip', args: ['--no-progress'] },
	{
		name: 'borders',
		command: 'depcruise',
		args: ['--config', '.dependency-cruiser.mjs', ...borders],
	},
	...(worker
		? [{ name: 'worker types', command: 'tsc', args: ['-p', 'tsconfig.worker.json'] }]
		: []),
	{
		name: 'format',
		command: 'prettier',
		args: ['--check', '.', '--cache', '--cache-location', 'node_modules/.cache/prettier/checked'],
	},
	{ name: 'lock', command: 'node', args: ['scripts/check-lock.ts'] },
];

const { code } = await run('svelte-kit', ['sync']);
if (code !== 0) process.exit(code);

const waiting = [...checks];
const failed: string[] = [];
await Promise.all(Array.from({ length: atOnce }, work));
console.log(failed.length === 0 ? 'all checks passed' : `failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Takes the next check until none is left; shows a check's output in one piece, when it ended. */
async function work(): Promise<void> {
	for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
		const started = performance.now();
		const ended = await run(check.command, check.args, { quiet: true });
		const seconds = ((performance.now() - started) / 1000).toFixed(1);
		console.log(`${ended.code === 0 ? 'ok    ' : 'FAILED'} ${check.name} (${seconds} s)`);
		if (ended.code === 0) continue;
		failed.push(check.name);
		console.log(ended.output);
	}
}
