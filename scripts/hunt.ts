import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { hunt } from './hunt-processes.ts';
import { root } from './run.ts';
import { vitest } from './suites.ts';
import { line, succeeded } from './summary.ts';

/**
 * The simulation over more seeds than `npm test` takes: `hunt.ts simulation --seeds 200000 --from 1`,
 * `hunt.ts mutants --seeds 500` (as many at most, for each planted bug); with `--full` through the
 * real server and its SQL. The pure tier runs in a process per core; the tests read SIMULATION_SEEDS
 * or SIMULATION_FULL_SEEDS, and SIMULATION_FROM. All print the seed of whatever they find.
 */
const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { seeds: { type: 'string' }, from: { type: 'string' }, full: { type: 'boolean' } },
});

const seeds = wholeNumber('--seeds', values.seeds);
const from = wholeNumber('--from', values.from);
const isPure = !values.full && !positionals.includes('mutants');
process.exitCode = (await (isPure ? pure() : tests())) ? 0 : 1;

function pure(): Promise<boolean> {
	const worker = path.join(root, 'tests/simulation/hunt-worker.ts');
	return hunt(worker, Number(from ?? '1'), Number(seeds ?? '2000'));
}

async function tests(): Promise<boolean> {
	const env: Record<string, string> = {};
	if (seeds !== undefined) env[values.full ? 'SIMULATION_FULL_SEEDS' : 'SIMULATION_SEEDS'] = seeds;
	if (from !== undefined) env.SIMULATION_FROM = from;
	const counts = await vitest(['--project', 'simulation', ...files()], env);
	console.log(line(counts));
	return succeeded(counts);
}

/** Planted bugs of both tiers, or of the full one alone; else the seeds of the full one. */
function files(): string[] {
	const full = 'simulation/full/';
	if (!positionals.includes('mutants')) return [`${full}full.test`];
	return values.full ? [`${full}mutants.test`] : ['simulation/mutants.test', `${full}mutants.test`];
}

function wholeNumber(option: string, value: string | undefined): string | undefined {
	if (value === undefined || /^\d{1,9}$/.test(value)) return value;
	console.error(`${option} takes a whole number, not "${value}".`);
	process.exit(2);
}
