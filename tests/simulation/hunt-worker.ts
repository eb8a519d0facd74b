import process from 'node:process';
import { trouble } from './hunt.ts';

/** A process of the long hunt: is given seeds one by one, and tells what each of them broke. */
process.on('message', (seed: number) => {
	void trouble(seed).then((found) => {
		const cause = found?.error.cause;
		const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
		process.send?.({ seed, found: found && text });
	});
});
