import { describe, expect, it } from 'vitest';
import { Violation } from '../invariants.ts';
import { runSeed } from './garage.ts';
import { mutants, type FullMutant } from './mutants.ts';

/** Each planted bug must be found within so many seeds; the long hunt looks at more. */
const seedsMax = Number(
	process.env['SIMULATION_FULL_SEEDS'] ?? process.env['SIMULATION_SEEDS'] ?? 40,
);

describe('the laws of the garage with its SQL', () => {
	it.each(mutants)('find a planted bug, $name', { timeout: 1_200_000 }, async (mutant) => {
		const found = await firstFinding(mutant);

		expect(found?.message).toEqual(expect.any(String));
	});
});

async function firstFinding(mutant: FullMutant): Promise<Violation | null> {
	for (let seed = 1; seed <= seedsMax; seed += 1) {
		const found = await violationOf(seed, mutant);
		if (found) return found;
	}
	return null;
}

async function violationOf(seed: number, mutant: FullMutant): Promise<Violation | null> {
	try {
		await runSeed(seed, mutant);
		return null;
	} catch (error) {
		if (error instanceof Violation) return error;
		throw error;
	}
}
