import type { Row } from '#sync/core/entity.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Instant } from '#sync/core/time.ts';
import type { LogEntry, Touch } from './port.ts';

export type Stamp = {
	readonly v: number;
	readonly gone: Touch['gone'];
	readonly goneAt: Instant | null;
};

/** What the memory database holds at one moment. Never changed in place: keeping it is a backup. */
export type MemoryState = {
	readonly tables: ReadonlyMap<string, ReadonlyMap<string, Row>>;
	readonly log: ReadonlyMap<string, LogEntry>;
	readonly heads: ReadonlyMap<Scope, number>;
	/** What left these scopes at these counters or earlier may be forgotten. */
	readonly floors: ReadonlyMap<Scope, number>;
	/** `collection/id` in a scope. */
	readonly stamps: ReadonlyMap<Scope, ReadonlyMap<string, Stamp>>;
};

/** What a transaction has changed so far: laid over the state when it commits. Null: deleted. */
export type Draft = {
	readonly tables: Map<string, Map<string, Row | null>>;
	readonly log: Map<string, LogEntry>;
	readonly heads: Map<Scope, number>;
	readonly floors: Map<Scope, number>;
	readonly stamps: Map<Scope, Map<string, Stamp | null>>;
	/** When this was, as its stamp says. */
	stampedAt: Instant | null;
};

export const emptyState = (): MemoryState => ({
	tables: new Map(),
	log: new Map(),
	heads: new Map(),
	floors: new Map(),
	stamps: new Map(),
});

export const emptyDraft = (): Draft => ({
	tables: new Map(),
	log: new Map(),
	heads: new Map(),
	floors: new Map(),
	stamps: new Map(),
	stampedAt: null,
});

/** The state with a draft laid over it. What the draft does not touch is the same map as before. */
export const laidOver = (state: MemoryState, draft: Draft): MemoryState => ({
	tables: eachOver(state.tables, draft.tables),
	log: over(state.log, draft.log),
	heads: over(state.heads, draft.heads),
	floors: over(state.floors, draft.floors),
	stamps: eachOver(state.stamps, draft.stamps),
});

function over<K, V>(base: ReadonlyMap<K, V>, top: ReadonlyMap<K, V | null>): ReadonlyMap<K, V> {
	if (top.size === 0) return base;
	const all = new Map(base);
	for (const [key, value] of top) {
		if (value === null) all.delete(key);
		else all.set(key, value);
	}
	return all;
}

function eachOver<K, V>(
	base: ReadonlyMap<K, ReadonlyMap<string, V>>,
	top: ReadonlyMap<K, ReadonlyMap<string, V | null>>,
): ReadonlyMap<K, ReadonlyMap<string, V>> {
	if (top.size === 0) return base;
	const all = new Map(base);
	for (const [key, part] of top) all.set(key, over(all.get(key) ?? new Map<string, V>(), part));
	return all;
}
