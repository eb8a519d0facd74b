import { describe, expect, it } from 'vitest';
import { runSeed } from './garage.ts';
import regressions from './regressions.json' with { type: 'json' };

const seeds = Number(process.env['SIMULATION_FULL_SEEDS'] ?? 60);
const from = Number(process.env['SIMULATION_FROM'] ?? 1);
const blockSize = 10;

async function run(seed: number): Promise<void> {
	try {
		await runSeed(seed);
	} catch (error) {
		const again = `npm run test:simulation -- --full --seeds 1 --from ${seed}`;
		throw new Error(`seed ${seed} (again: ${again})`, { cause: error });
	}
}

describe('the garage in a box, with the real server and its SQL', () => {
	for (let first = from; first < from + seeds; first += blockSize) {
		const last = Math.min(first + blockSize, from + seeds) - 1;
		it(`keeps every law with seeds ${first} to ${last}`, { timeout: 1_200_000 }, async () => {
			for (let seed = first; seed <= last; seed += 1) await run(seed);
		});
	}

	it.each(regressions)('keeps every law with seed $seed, which found: $found', ({ seed }) =>
		run(seed),
	);

	it.each([3, 7, 11])('does the same with the same seed, to the last byte (%i)', async (seed) => {
		expect(await runSeed(seed)).toBe(await runSeed(seed));
	});
});
