import type { Breach } from '#sync/core/law.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Port } from '../db/port.ts';
import type { Seen } from './seen.ts';
import { violationsTold, type Violations } from './violations.ts';
import { watched } from './watched.ts';

/** Counters that are remembered until the patrol compares them. */
const headsMax = 1_000;

export type LawWatch = {
	readonly violations: Violations;
	/** The port through which whatever is done is looked at. */
	readonly over: <P extends Port>(port: P) => P;
	/** The highest counters told since it was asked last, some of them. */
	readonly takeHeads: () => ReadonlyMap<Scope, number>;
};

export type WatchOptions = {
	/** Hears of each law that is found broken, once. */
	readonly told: (breach: Breach) => void;
	/** Hears of a law that could not be asked: a bug in it, which is a violation as well. */
	readonly failed: (error: unknown) => void;
};

/** Looks at every commit with the laws, and counts what breaks them. It never throws. */
export function lawWatch({ told, failed }: WatchOptions): LawWatch {
	const violations = violationsTold(told);
	let heads = new Map<Scope, number>();

	function look(seen: Seen): void {
		try {
			remember(seen);
			violations.count(seen.breaches());
		} catch (error) {
			failed(error);
			violations.count([{ law: 'law_could_not_be_asked', ids: [] }]);
		}
	}

	function remember(seen: Seen): void {
		for (const [scope, v] of Object.entries(seen.heads) as [Scope, number][]) {
			const known = heads.get(scope);
			if (known === undefined && heads.size >= headsMax) continue;
			heads.set(scope, Math.max(v, known ?? 0));
		}
	}

	return {
		violations,
		over: (port) => watched(port, look),
		takeHeads() {
			const taken = heads;
			heads = new Map();
			return taken;
		},
	};
}
