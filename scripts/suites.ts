import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { buildIfStale } from './build.ts';
import { ensureChromium } from './chromium.ts';
import { root, run } from './run.ts';
import { type Counts, countsOfPlaywright, countsOfRun, countsOfVitest } from './summary.ts';

const reports = path.join(root, 'node_modules/.cache/test-reports');

/** Runs Vitest with these arguments, its output streamed, and counts from its own report. */
export async function vitest(
	args: readonly string[],
	env: Record<string, string> = {},
): Promise<Counts> {
	// Kit's part of the TypeScript settings: made by `npm ci`, but easily deleted.
	if (!existsSync(path.join(root, '.svelte-kit/tsconfig.json'))) await run('svelte-kit', ['sync']);

	const report = freshReport('vitest.json');
	const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
	const { code } = await run('vitest', ['run', ...args, ...reporters], { env });
	return countsOfRun(code, countsOfVitest(readReport(report)));
}

/** Runs the browser tests on a fresh build. Without a browser this throws and says what to do. */
export async function playwright(
	args: readonly string[],
	env: Record<string, string> = {},
): Promise<Counts> {
	await buildIfStale();
	const browser = ensureChromium();

	const report = freshReport('playwright.json');
	const { code } = await run('playwright', ['test', ...args, '--reporter=list,json'], {
		env: { ...env, CHROMIUM_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
	});
	return countsOfRun(code, countsOfPlaywright(readReport(report)));
}

/** A report left over from an earlier run must never be counted for this one. */
function freshReport(name: string): string {
	const file = path.join(reports, name);
	mkdirSync(reports, { recursive: true });
	rmSync(file, { force: true });
	return file;
}

/** Null when the runner ended before it could write one. */
function readReport(file: string): unknown {
	return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}
