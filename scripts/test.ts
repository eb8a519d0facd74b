import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { buildIfStale } from './build.ts';
import { root } from './run.ts';
import { playwright, vitest } from './suites.ts';
import { type Counts, line, succeeded, sum } from './summary.ts';

/**
 * Every test there is, browser included; the last line sums all suites. A suite that cannot start
 * is a failure, and the others still run, so that one missing tool does not hide ten broken tests.
 */
const suites: { name: string; run: () => Promise<Counts> }[] = [
	{ name: 'build', run: builds },
	{ name: 'vitest', run: () => vitest([]) },
	{ name: 'browser', run: browser },
];

const none: Counts = { passed: 0, failed: 0, skipped: 0 };
const results: Counts[] = [];
for (const suite of suites) {
	const started = performance.now();
	const counts = await suite.run().catch((failure: unknown) => {
		console.error((failure as Error).message);
		return { ...none, failed: 1 };
	});
	const seconds = ((performance.now() - started) / 1000).toFixed(0);
	if (counts !== none) console.log(`${suite.name}: ${line(counts)} in ${seconds} s\n`);
	results.push(counts);
}

const total = sum(results);
console.log(line(total));
process.exitCode = succeeded(total) ? 0 : 1;

/** First of all, because server tests look at the built files too. */
async function builds(): Promise<Counts> {
	await buildIfStale();
	return none;
}

async function browser(): Promise<Counts> {
	if (existsSync(path.join(root, 'tests/e2e'))) return playwright([]);
	console.log('There are no browser tests yet (tests/e2e).');
	return none;
}
