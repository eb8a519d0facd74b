import type { AnyEntity, RowIn } from './entity.ts';

/**
 * A law is what must hold at every moment, whatever people do, phones lose and servers crash. It is
 * said once and asked in several places: by the simulation after every step about all there is, by
 * the server after every commit about the rows it had to do with, and on its patrol.
 *
 * A law only looks. It throws nothing and refuses nothing: what must never be written, the database
 * refuses by its constraints; what should not be asked, the rules refuse. A law that does not hold
 * is a bug of ours, and it says so.
 */
export type Law<Known> = {
	/** snake_case, as it is logged and counted. */
	readonly name: string;
	/** Its number in the list of invariants this project set out with; null: it was added since. */
	readonly number: number | null;
	/** What holds, in one sentence. */
	readonly says: string;
	readonly broken: (known: Known) => readonly Found[];
};

/** What breaks a law: ids of rows and states they are in. It is logged, so it never holds a person. */
export type Found = { readonly ids: readonly string[]; readonly states?: readonly string[] };
export type Breach = Found & { readonly law: string };

/** The rows somebody knows of: all there are, or those that one transaction had to do with. */
export type KnownRows = {
	/** As they are now. */
	readonly rows: <E extends AnyEntity>(entity: E) => readonly RowIn<E>[];
	/** Null: there is none. Undefined: nobody looked, and no law says anything about it. */
	readonly find: <E extends AnyEntity>(entity: E, id: string) => RowIn<E> | null | undefined;
	/** What changed, from how it was (null: it was not there) to how it is. */
	readonly changes: <E extends AnyEntity>(entity: E) => readonly Changed<RowIn<E>>[];
	/** Each change is the work of a single mutation; else several may lie between before and after. */
	readonly single: boolean;
};
export type Changed<R> = { readonly before: R | null; readonly after: R };

/** A law about rows, and which entities' rows can break it. */
export type RowLaw = Law<KnownRows> & { readonly about: readonly AnyEntity[] };

/** All that breaks these laws. */
export const breachesOf = <Known>(laws: readonly Law<Known>[], known: Known): Breach[] =>
	laws.flatMap((law) => law.broken(known).map((found) => ({ law: law.name, ...found })));

/** From each state to those it may become; `born` are those a row may begin with. */
export type Edges<S extends string> = {
	readonly born: readonly S[];
	readonly from: Readonly<Record<S, readonly S[]>>;
};

/**
 * The changes of a row's state that follow no edge. Where several mutations lie between before and
 * after, there has to be a way along edges.
 */
export function offEdges<S extends string, R extends { readonly id: string }>(
	edges: Edges<S>,
	stateOf: (row: R) => S,
	changes: readonly Changed<R>[],
	single: boolean,
): Found[] {
	return changes.flatMap(({ before, after }) => {
		const from = before === null ? null : stateOf(before);
		const to = stateOf(after);
		if (from === to || nextOf(edges, from).includes(to)) return [];
		if (!single && isReachable(edges, from, to)) return [];
		return [{ ids: [after.id], states: [from ?? 'none', to] }];
	});
}

const nextOf = <S extends string>({ born, from }: Edges<S>, state: S | null): readonly S[] =>
	state === null ? born : from[state];

function isReachable<S extends string>(edges: Edges<S>, from: S | null, to: S): boolean {
	const reached = new Set(nextOf(edges, from));
	// A set that grows while it is walked is walked to its end.
	for (const each of reached) for (const next of nextOf(edges, each)) reached.add(next);
	return reached.has(to);
}

/** Rows that share a key which only one of them may have; a row without one (null) has no claim. */
export function sharing<R extends { readonly id: string }>(
	rows: readonly R[],
	keyOf: (row: R) => string | null,
): Found[] {
	const first = new Map<string, R>();
	const found: Found[] = [];
	for (const row of rows) {
		const key = keyOf(row);
		if (key === null) continue;
		const other = first.get(key);
		if (other === undefined) first.set(key, row);
		else found.push({ ids: [other.id, row.id] });
	}
	return found;
}

type Timed = { readonly id: string; readonly startAt: string; readonly endAt: string };

/** Rows of the same key whose times overlap; half open, so one may begin as the other ends. */
export function overlapping<R extends Timed>(
	rows: readonly R[],
	keyOf: (row: R) => string,
): Found[] {
	const found: Found[] = [];
	for (const group of Map.groupBy(rows, keyOf).values()) {
		const sorted = [...group].sort((a, b) => (a.startAt < b.startAt ? -1 : 1));
		for (const [index, row] of sorted.entries())
			for (const later of sorted.slice(index + 1)) {
				if (later.startAt >= row.endAt) break;
				found.push({ ids: [row.id, later.id] });
			}
	}
	return found;
}

/** The rows of which this does not hold. */
export const failing = <R extends { readonly id: string }>(
	rows: readonly R[],
	holds: (row: R) => boolean,
	statesOf: (row: R) => readonly string[] = () => [],
): Found[] =>
	rows
		.filter((row) => !holds(row))
		.map((row) => {
			const states = statesOf(row);
			return { ids: [row.id], ...(states.length === 0 ? {} : { states }) };
		});
