import type { Scope } from '#sync/core/scope.ts';

export type Heads = Readonly<Record<Scope, number>>;

/** Somebody who wants to hear when one of these scopes moves. May change what it follows. */
type Follower = {
	/** Whose connection it is. */
	readonly userId: string;
	readonly scopes: () => ReadonlySet<Scope>;
	readonly hear: (heads: Heads) => void;
};

/** Tells connections of this process which scopes moved: that, never what. */
export type Live = {
	readonly follow: (follower: Follower) => () => void;
	/** Called right after each commit. */
	readonly publish: (heads: Heads) => void;
	/** How many connections a user has. */
	readonly countOf: (userId: string) => number;
	/** The scopes that anybody here wants to hear of. */
	readonly followed: () => Scope[];
};

/**
 * Commits within so long after a poke are told together. Short, because it holds back whoever follows
 * any shop; a phone that is told while it asks asks once more and not for each poke.
 */
const coalesceMs = 10;

/**
 * The fan-out of one process. The first commit after a quiet moment is told at once; while commits
 * keep coming they are told together, so that looking through all followers is not paid for each. A poke may be lost: the counters in the next one, or in the heartbeat, make up for it.
 */
export function liveFanOut(later: (work: () => void, ms: number) => void): Live {
	const followers = new Set<Follower>();
	const waiting = new Map<Scope, number>();
	let quiet = true;

	function flush(): void {
		const heads = new Map(waiting);
		waiting.clear();
		for (const follower of followers) {
			const own = among(follower.scopes(), heads);
			if (own.length > 0) follower.hear(Object.fromEntries(own));
		}
		quiet = false;
		later(() => {
			quiet = true;
			if (waiting.size > 0) flush();
		}, coalesceMs);
	}

	return {
		follow(follower) {
			followers.add(follower);
			return () => void followers.delete(follower);
		},
		publish(heads) {
			for (const [scope, v] of Object.entries(heads) as [Scope, number][])
				waiting.set(scope, Math.max(v, waiting.get(scope) ?? 0));
			if (quiet && waiting.size > 0) flush();
		},
		countOf: (userId) => [...followers].filter((each) => each.userId === userId).length,
		followed: () => [...new Set([...followers].flatMap((each) => [...each.scopes()]))],
	};
}

/** Looks through the shorter of the two: counters read anew are as many as all that is followed. */
function among(scopes: ReadonlySet<Scope>, heads: ReadonlyMap<Scope, number>): [Scope, number][] {
	if (heads.size < scopes.size) return [...heads].filter(([scope]) => scopes.has(scope));
	return [...scopes].flatMap((scope) => {
		const v = heads.get(scope);
		return v === undefined ? [] : [[scope, v]];
	});
}
