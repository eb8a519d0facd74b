import { describe, expect, it } from 'vitest';
import { runSeed } from './garage.ts';
import { trouble } from './hunt.ts';
import regressions from './regressions.json' with { type: 'json' };

/** As many as a run of all tests has time for; `npm run test:simulation` looks at more. */
const seeds = Number(process.env['SIMULATION_SEEDS'] ?? 500);
const from = Number(process.env['SIMULATION_FROM'] ?? 1);
const blockSize = 100;
/** So many, with all kinds of faults among them. */
const repeated = Array.from({ length: 12 }, (_, index) => 7 + 31 * index);

async function run(seed: number): Promise<void> {
	const found = await trouble(seed);
	if (found) throw found.error;
}

describe('the garage in a box', () => {
	for (let first = from; first < from + seeds; first += blockSize) {
		const last = Math.min(first + blockSize, from + seeds) - 1;
		it(`keeps every law with seeds ${first} to ${last}`, { timeout: 600_000 }, async () => {
			for (let seed = first; seed <= last; seed += 1) await run(seed);
		});
	}

	it.each(regressions)('keeps every law with seed $seed, which once broke one', ({ seed }) =>
		run(seed),
	);

	it.each(repeated)('does the same with seed %i again, to the last byte', async (seed) => {
		expect(await runSeed(seed)).toBe(await runSeed(seed));
	});
});
