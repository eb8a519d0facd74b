import { describe, expect, it } from 'vitest';
import { ConstraintViolation } from '#server/db/port.ts';
import { runSeed } from './garage.ts';
import { Violation } from './invariants.ts';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';

/** Each planted bug must be found within so many seeds; the long hunt looks at more. */
const seedsMax = Number(process.env['SIMULATION_SEEDS'] ?? 100);

describe('the laws of the garage', () => {
	it.each(mutants)('find a planted bug, $name', { timeout: 600_000 }, async (mutant) => {
		const found = await firstFinding(mutant);

		expect(found?.message).toEqual(expect.any(String));
	});
});

async function firstFinding(mutant: Mutant): Promise<Error | null> {
	for (let seed = 1; seed <= seedsMax; seed += 1) {
		const found = await findingOf(seed, mutant);
		if (found) return found;
	}
	return null;
}

/** A law that is broken, or a constraint that had to say what a lock should have seen to. */
async function findingOf(seed: number, mutant: Mutant): Promise<Error | null> {
	try {
		await runSeed(seed, { mutant });
		return null;
	} catch (error) {
		if (error instanceof Violation || error instanceof ConstraintViolation) return error;
		throw error;
	}
}
