import process from 'node:process';
import { parseArgs } from 'node:util';

import { vitest } from './suites.ts';
import { line, succeeded } from './summary.ts';

/**
 * The simulation over more seeds than `npm test` takes: `hunt.ts simulation --seeds 200000 --from 1`,
 * `hunt.ts mutants --seeds 500`. The tests read SIMULATION_SEEDS and SIMULATION_FROM, and print the
 * seed of whatever they find.
 */
const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { seeds: { type: 'string' }, from: { type: 'string' } },
});

const env: Record<string, string> = { SIMULATION_HUNT: '1' };
if (values.seeds !== undefined) env.SIMULATION_SEEDS = wholeNumber('--seeds', values.seeds);
if (values.from !== undefined) env.SIMULATION_FROM = wholeNumber('--from', values.from);

const only = positionals.includes('mutants') ? ['mutants'] : [];
const counts = await vitest(['--project', 'simulation', ...only], env);
console.log(line(counts));
process.exitCode = succeeded(counts) ? 0 : 1;

function wholeNumber(option: string, value: string): string {
	if (/^\d{1,9}$/.test(value)) return value;
	console.error(`${option} takes a whole number, not "${value}".`);
	process.exit(2);
}
