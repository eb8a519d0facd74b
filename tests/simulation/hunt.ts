import { runSeed } from './garage.ts';

/** A seed that broke a law, how, and how to run it again. */
export type Found = { readonly seed: number; readonly error: Error };

const howToRepeat = (seed: number): string => `npm run test:simulation -- --seeds 1 --from ${seed}`;

/** What a seed breaks; null: nothing. */
export async function trouble(seed: number): Promise<Found | null> {
	try {
		await runSeed(seed);
		return null;
	} catch (cause) {
		const error = new Error(`seed ${seed} (again: ${howToRepeat(seed)})`, { cause });
		return { seed, error };
	}
}
