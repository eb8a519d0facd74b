import process from 'node:process';

import { playwright } from './suites.ts';
import { line, succeeded } from './summary.ts';

/**
 * The browser tests alone; arguments go to Playwright. `--full` turns the rotating variant of
 * language, colour scheme and width into every combination (`npm run test:axe`).
 */
const args = process.argv.slice(2);
const full = args.includes('--full');
const rest = args.filter((arg) => arg !== '--full');

try {
	const counts = await playwright(rest, full ? { TEST_VARIANTS: 'all' } : {});
	console.log(line(counts));
	process.exitCode = succeeded(counts) ? 0 : 1;
} catch (failure) {
	console.error((failure as Error).message);
	process.exitCode = 1;
}
