import { fork } from 'node:child_process';
import os from 'node:os';

/** What a process tells of a seed: what it broke, or null. */
type Told = { readonly seed: number; readonly found: string | null };

const toldEvery = 500;
/** After so many the rest would tell nothing new. */
const foundMax = 20;
const linesTold = 12;

/**
 * Looks at many seeds, in a process for each core, each given one seed at a time. Prints how far it
 * is and whatever it finds; answers whether nothing was found.
 */
export async function hunt(worker: string, from: number, seeds: number): Promise<boolean> {
	const started = performance.now();
	const last = from + seeds - 1;
	let next = from;
	let done = 0;
	const found: number[] = [];
	const take = () => (next > last || found.length >= foundMax ? null : next++);

	function hear({ seed, found: text }: Told): void {
		done += 1;
		if (text !== null) {
			found.push(seed);
			console.log(`\nseed ${seed}: ${text.split('\n').slice(0, linesTold).join('\n')}`);
			console.log(`again: npm run test:simulation -- --seeds 1 --from ${seed}\n`);
		}
		if (done % toldEvery !== 0 && done !== seeds) return;
		const seconds = (performance.now() - started) / 1_000;
		console.log(
			`${done} of ${seeds} seeds in ${seconds.toFixed(0)} s, ${found.length} broke a law`,
		);
	}

	const processes = Math.min(os.availableParallelism(), seeds);
	await Promise.all(Array.from({ length: processes }, () => runProcess(worker, take, hear)));
	if (found.length > 0) console.log(`seeds that broke a law: ${found.join(', ')}`);
	return found.length === 0 && done === seeds;
}

/** One process, until no seed is left. Rejects if it dies by itself. */
function runProcess(
	worker: string,
	take: () => number | null,
	hear: (told: Told) => void,
): Promise<void> {
	return new Promise((resolve, reject) => {
		const child = fork(worker);
		let current: number | null = null;
		const go = () => {
			current = take();
			if (current === null) child.disconnect();
			else child.send(current);
		};
		child.on('message', (told: Told) => {
			hear(told);
			go();
		});
		child.on('error', reject);
		child.on('exit', (code) => {
			if (code === 0 && current === null) resolve();
			else reject(new Error(`the process died over seed ${current} with ${code}`));
		});
		go();
	});
}
