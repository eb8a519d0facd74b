import type { CollectionName, Row } from '#sync/core/entity.ts';
import type { Scope } from '#sync/core/scope.ts';
import { partsOf, rootOf } from '#sync/registry.ts';
import type { MemoryState, Stamp } from './memory-state.ts';
import type { PullPage, PullRequest } from './port.ts';

/** What changed for these scopes since their cursors, as the state is at this moment. */
export function pullFrom(state: MemoryState, { cursors, rowsMax, idsOnly }: PullRequest): PullPage {
	const scopes = Object.keys(cursors) as Scope[];
	const next: Record<Scope, number> = {};
	const keys = new Map<string, Stamp>();
	let rowsSoFar = 0;
	let more = false;
	for (const scope of scopes) {
		const cursor = cursors[scope] ?? 0;
		next[scope] = Math.max(cursor, state.heads.get(scope) ?? 0);
		let reached = cursor;
		for (const [counter, group] of groupsAfter(state, scope, cursor)) {
			rowsSoFar += group.length;
			if (rowsSoFar > rowsMax && keys.size > 0) {
				more = true;
				next[scope] = reached;
				break;
			}
			for (const [key, stamp] of group) keys.set(key, stamp);
			reached = counter;
		}
	}
	const changes = [...keys].map(([key, stamp]) => changeOf(state, scopes, key, stamp));
	const stale = scopes.filter((each) => isStale(state, each, cursors[each] ?? 0));
	const rows = idsOnly ? {} : rowsOf(state, changes);
	return { changes, rows, cursors: next, more, stale };
}

/** Forgotten since, or never reached. */
const isStale = ({ floors, heads }: MemoryState, scope: Scope, cursor: number): boolean =>
	cursor > 0 && (cursor < (floors.get(scope) ?? 0) || cursor > (heads.get(scope) ?? 0));

/** What one transaction did in a scope, transaction by transaction, oldest first. */
function groupsAfter(state: MemoryState, scope: Scope, cursor: number) {
	if ((state.heads.get(scope) ?? 0) <= cursor) return [];
	const news = [...(state.stamps.get(scope) ?? [])].filter(([, stamp]) => stamp.v > cursor);
	const groups = Map.groupBy(news, ([, stamp]) => stamp.v);
	return [...groups].sort(([a], [b]) => a - b);
}

function changeOf(
	state: MemoryState,
	scopes: readonly Scope[],
	key: string,
	stamp: Stamp,
): PullPage['changes'][number] {
	const [collection, id] = key.split('/') as [CollectionName, string];
	const live = scopes.filter((each) => state.stamps.get(each)?.get(key)?.gone === null);
	return { collection, id, live, gone: live.length === 0 ? stamp.gone : null };
}

function rowsOf(state: MemoryState, changes: PullPage['changes']): Record<string, Row[]> {
	const rows: Record<string, Row[]> = {};
	const wanted = Map.groupBy(
		changes.filter((each) => each.live.length > 0),
		(each) => each.collection,
	);
	for (const [collection, some] of wanted) {
		const ids = new Set(some.map((each) => each.id));
		const root = state.tables.get(rootOf[collection].name);
		rows[rootOf[collection].name] = [...ids].flatMap((id) => root?.get(id) ?? []);
		for (const entity of partsOf(collection)) {
			const parent = entity.home?.inside?.by ?? 'id';
			const table = state.tables.get(entity.name) ?? new Map<string, Row>();
			rows[entity.name] = [...table.values()].filter((row) => ids.has(String(row[parent])));
		}
	}
	return rows;
}
