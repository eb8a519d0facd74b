import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { root } from './run.ts';
import { vitest } from './suites.ts';
import { type Counts, line, succeeded, sum } from './summary.ts';

/**
 * Real processes that are killed, lines that break and disks that lose their power, as often as
 * asked: `chaos.ts --rounds 20 --cuts 50 --seed 7`. Each of the three can be left out by a 0; the
 * kills of a server on its own folder follow the rounds. Prints what every single one came to.
 */
const { values } = parseArgs({
	options: {
		rounds: { type: 'string', default: '20' },
		cuts: { type: 'string', default: '50' },
		seed: { type: 'string', default: '1' },
		/** Only disasters with this in their name. */
		only: { type: 'string', default: '' },
	},
});
const rounds = wholeNumber('--rounds', values.rounds);
const cuts = wholeNumber('--cuts', values.cuts);
const table = path.join(root, 'node_modules/.cache/test-reports/chaos.jsonl');
mkdirSync(path.dirname(table), { recursive: true });
rmSync(table, { force: true });

const env = {
	CHAOS_SEED: wholeNumber('--seed', values.seed),
	CHAOS_ROUNDS: rounds,
	CHAOS_CUTS: cuts,
	CHAOS_ONLY: values.only,
	CHAOS_TABLE: table,
	KILL_ROUNDS: rounds,
};
const results: Counts[] = [];
if (rounds !== '0') {
	results.push(await vitest(['--project', 'chaos', 'rounds', 'silent', 'tcp-proxy'], env));
	results.push(await vitest(['--project', 'server', 'http/killed'], env));
}
if (cuts !== '0') results.push(await vitest(['--project', 'chaos', 'power'], env));
tell(existsSync(table) ? readFileSync(table, 'utf8') : '');
const total = sum(results);
console.log(line(total));
process.exitCode = results.length > 0 && succeeded(total) ? 0 : 1;

type Row = {
	readonly disaster?: string;
	readonly during?: string;
	readonly promised: number;
	readonly lost: number;
	readonly unopenable?: number;
	readonly healMs?: number;
	readonly reopenMs?: number;
	readonly wrong: readonly string[];
};

/** One line for each kind of disaster and cut. Rounds count their promises from the first on. */
function tell(text: string): void {
	const rows = text
		.split('\n')
		.filter((each) => each !== '')
		.map((each) => JSON.parse(each) as Row);
	const kinds = Map.groupBy(rows, kindOf);
	console.table(Object.fromEntries([...kinds].map(([kind, some]) => [kind, totalOf(some)])));
	for (const row of rows) for (const each of row.wrong) console.log(`${kindOf(row)}: ${each}`);
}

function kindOf({ disaster, during }: Row): string {
	return disaster ?? `the power goes during ${during}`;
}

function totalOf(some: readonly Row[]) {
	const total = (of: (row: Row) => number) => some.reduce((all, row) => all + of(row), 0);
	const times = some.map(({ healMs, reopenMs }) => healMs ?? reopenMs ?? 0);
	return {
		times: some.length,
		'acknowledged at most': Math.max(...some.map(({ promised }) => promised)),
		lost: total(({ lost }) => lost),
		unopenable: total(({ unopenable = 0 }) => unopenable),
		'other wrong': total(({ wrong, lost }) => wrong.length - lost),
		'until it ran again, longest, s': Math.max(...times) / 1_000,
	};
}

function wholeNumber(option: string, value: string): string {
	if (/^\d{1,9}$/.test(value)) return value;
	console.error(`${option} takes a whole number, not "${value}".`);
	process.exit(2);
}
