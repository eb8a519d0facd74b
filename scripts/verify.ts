import process from 'node:process';

import { run } from './run.ts';

/** Both, even when the first fails: one run tells everything, and ends with the tests' summary. */
const check = await run('node', ['scripts/check.ts']);
const test = await run('node', ['scripts/test.ts']);
process.exitCode = check.code || test.code;
