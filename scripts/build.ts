import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { root, run } from './run.ts';

/** Everything the built application depends on. */
const inputs = ['src', 'sync', 'static', 'svelte.config.js', 'vite.config.ts', 'package-lock.json'];

/** Builds the PWA into `build/`. Its version is a digest of its sources, so equal sources stay equal. */
export async function build(): Promise<void> {
	const started = performance.now();
	const { code, output } = await run('vite', ['build'], {
		env: { BUILD_VERSION: digest() },
		quiet: true,
	});
	if (code !== 0)
		throw new Error(`${output}\nThe build of the PWA failed; its messages are above.`);
	console.log(`built the PWA in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/**
 * Builds unless `build/` already holds these very sources. An installation that was shipped without
 * the build tools serves the build it came with.
 */
export async function buildIfStale(): Promise<void> {
	if (builtVersion() === digest()) return;
	const shipped = builtVersion() !== null && !existsSync(path.join(root, 'node_modules/vite'));
	if (!shipped) await build();
}

/** Kit writes the version it was given here; a build that did not end has no such file. */
function builtVersion(): string | null {
	const file = path.join(root, 'build/_app/version.json');
	if (!existsSync(file)) return null;
	const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
	return version;
}

function digest(): string {
	const hash = createHash('sha256');
	for (const file of inputs.flatMap(filesUnder)) {
		hash
			.update(`${file}\0`)
			.update(readFileSync(path.join(root, file)))
			.update('\0');
	}
	return hash.digest('hex').slice(0, 16);
}

function filesUnder(name: string): string[] {
	const full = path.join(root, name);
	if (!existsSync(full)) return [];
	if (!statSync(full).isDirectory()) return [name];
	return readdirSync(full, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
		.sort();
}

if (import.meta.main) {
	await build().catch((failure: unknown) => {
		console.error((failure as Error).message);
		process.exitCode = 1;
	});
}
