import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

import { root } from './run.ts';

/**
 * The lock file names no registry: `npm ci` then works with whichever one a machine is set up for,
 * and the integrity digests still hold every package to the byte. Every package must carry one.
 */
type Locked = { resolved?: string; integrity?: string; link?: boolean };

const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
	packages: Record<string, Locked>;
};
const packages = Object.entries(lock.packages).filter(([name, it]) => name !== '' && !it.link);
const hosted = packages.filter(([, it]) => it.resolved !== undefined);
const unsealed = packages.filter(([, it]) => it.integrity === undefined);

for (const [name] of hosted)
	console.error(`${name} carries "resolved", the address of a registry.`);
for (const [name] of unsealed) console.error(`${name} has no integrity digest.`);
if (hosted.length > 0) {
	console.error('Mend: npm install --package-lock-only --omit-lockfile-registry-resolved');
}
if (hosted.length + unsealed.length > 0) process.exitCode = 1;
else console.log(`${packages.length} locked packages, each with a digest and no address.`);
