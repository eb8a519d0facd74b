import { randomBytes } from 'node:crypto';
import {
	closeSync,
	existsSync,
	fsyncSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	writeFileSync,
} from 'node:fs';
import path from 'node:path';

/**
 * The demo's own secret, kept with its data, so that a restart signs nobody out.
 *
 * It gets its name when it is on the disk: after a power cut there could be an empty file of that
 * name, and sessions signed with an empty secret are anybody's. One that is empty is made anew.
 */
export function keptSecret(dataDir: string): string {
	const file = path.join(dataDir, 'auth-secret');
	const kept = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
	if (kept !== '') return kept;
	mkdirSync(dataDir, { recursive: true });
	const secret = randomBytes(32).toString('base64url');
	writeFileSync(`${file}.new`, `${secret}\n`, { mode: 0o600 });
	bringToDisk(`${file}.new`);
	renameSync(`${file}.new`, file);
	bringToDisk(dataDir);
	return secret;
}

function bringToDisk(name: string): void {
	const file = openSync(name, 'r');
	try {
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}
