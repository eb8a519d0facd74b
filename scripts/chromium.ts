import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { chromium } from '@playwright/test';

const commands = [
	'chromium',
	'chromium-browser',
	'google-chrome',
	'google-chrome-stable',
	'microsoft-edge',
];

const places = [
	'/usr/bin/chromium',
	'/usr/bin/google-chrome',
	'/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
	'/Applications/Chromium.app/Contents/MacOS/Chromium',
	'/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
];

/** A browser that starts: the one named in CHROMIUM_PATH, else the system's, else Playwright's own. */
export function findChromium(): string | null {
	const named = process.env.CHROMIUM_PATH;
	if (named) return starts(named) ? named : null;
	return [...onPath(), ...places, chromium.executablePath()].find(starts) ?? null;
}

/**
 * A browser that starts, installed through the system's package manager when there is none and we
 * are allowed to. Otherwise says exactly what to do: browser tests are never left out silently.
 */
export function ensureChromium(): string {
	const found = findChromium() ?? (mayInstall() ? install() : null);
	if (found !== null) return found;
	const named = process.env.CHROMIUM_PATH;
	throw new Error(
		named
			? `CHROMIUM_PATH names ${named}, which does not start as a browser.`
			: 'The browser tests need Chromium, and none was found. Either install it (Debian, Ubuntu:\n' +
					'sudo apt-get install chromium; Fedora: sudo dnf install chromium; macOS: brew install\n' +
					'--cask chromium), or set CHROMIUM_PATH to a Chromium, Chrome or Edge, and run this again.',
	);
}

/** Some systems ship a `chromium-browser` that only advertises a package: ask it for its version. */
function starts(file: string): boolean {
	if (!existsSync(file)) return false;
	return spawnSync(file, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

function onPath(): string[] {
	const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
	return commands.flatMap((command) => folders.map((folder) => path.join(folder, command)));
}

function mayInstall(): boolean {
	return !process.env.CHROMIUM_PATH && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

function install(): string | null {
	console.log('No Chromium found: installing it with apt-get.');
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
		const { status } = spawnSync('/usr/bin/apt-get', args, { stdio: 'inherit', env });
		if (status !== 0) return null;
	}
	return findChromium();
}
