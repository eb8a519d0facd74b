import type { Breach } from '#sync/core/law.ts';

/** As many are remembered, so that one that stays is counted once and not with every look. */
const rememberedMax = 10_000;

export type Violations = {
	/** Counts what was not counted before, and tells of it. */
	readonly count: (breaches: readonly Breach[]) => void;
	/** How many this process has found. It must stay 0. */
	readonly total: () => number;
	/** The same by law, for `moto_invariant_violations_total`. */
	readonly byLaw: () => Readonly<Record<string, number>>;
};

/**
 * The counter of broken laws.
 *
 * A broken law is counted and told, and the work goes on. Refusing it would come too late and hit
 * the wrong one: what must never be in the database is kept out by its constraints, in the same
 * transaction; what is left for a law to find is most often older than the mutation that has just
 * met it, and somebody's bike would stand in the shop because of it. So a law is looked at after the
 * commit, never throws into the door, and calls a person instead (`error` in the log, the alarm on
 * the counter).
 */
export function violationsTold(told: (breach: Breach) => void): Violations {
	const counts = new Map<string, number>();
	const known = new Set<string>();
	return {
		count(breaches) {
			for (const breach of breaches) {
				const key = JSON.stringify(breach);
				if (known.has(key)) continue;
				if (known.size < rememberedMax) known.add(key);
				counts.set(breach.law, (counts.get(breach.law) ?? 0) + 1);
				told(breach);
			}
		},
		total: () => [...counts.values()].reduce((sum, each) => sum + each, 0),
		byLaw: () => Object.fromEntries(counts),
	};
}
