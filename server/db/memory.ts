import { byId } from '#sync/core/document.ts';
import type { AnyEntity, CollectionName, Row } from '#sync/core/entity.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Instant } from '#sync/core/time.ts';
import { notice } from '#sync/notice/entity.ts';
import { partsOf, rootOf } from '#sync/registry.ts';
import { matches } from './match.ts';
import { memoryRules, type MemoryRule } from './memory-rules.ts';
import { withinBytes } from './page-bytes.ts';
import {
	ConstraintViolation,
	TryAgain,
	type LogClaim,
	type LogEntry,
	type LogOutcome,
	type Port,
	type PortTransaction,
	type PullPage,
	type PullRequest,
	type Touch,
	type Write,
} from './port.ts';
import { scopeOfNotice } from './scopes.ts';

type Stamp = {
	readonly v: number;
	readonly gone: Touch['gone'];
	readonly goneAt: Instant | null;
};
type Tables = Map<string, Map<string, Row>>;

/** Some at a time, as on a disk. */
const newsMax = 200;

/** What the memory database holds; a copy of it is a backup. */
export type MemoryState = {
	readonly tables: Tables;
	readonly log: Map<string, LogEntry>;
	readonly heads: Map<Scope, number>;
	/** What left these scopes at these counters or earlier may be forgotten. */
	readonly floors: Map<Scope, number>;
	/** `collection/id` in a scope. */
	readonly stamps: Map<Scope, Map<string, Stamp>>;
};

/** The port, and a look at all it holds: states are never changed in place. */
export type MemoryPort = Port & { readonly state: () => MemoryState };

export const emptyState = (): MemoryState => ({
	tables: new Map(),
	log: new Map(),
	heads: new Map(),
	floors: new Map(),
	stamps: new Map(),
});

/**
 * The database of the simulation: the same port, the same constraints, no disk. Transactions take
 * turns, so advisory locks have nothing to do; a rollback throws a copy away.
 */
export function memoryPort(install: string, state = emptyState(), era = 1): MemoryPort {
	let current = state;
	let turn: Promise<unknown> = Promise.resolve();
	function inTurn<T>(work: (draft: MemoryState) => Promise<T>): Promise<T> {
		const run = turn.then(async () => {
			const draft = copyOf(current);
			const result = await work(draft);
			current = draft;
			return result;
		});
		turn = run.catch(() => undefined);
		return run;
	}
	return {
		transaction: (work) => inTurn((draft) => work(transactionOn(draft))),
		...readsOn(() => current),
		pull: (request) => withinBytes(async (each) => pullFrom(current, each), request),
		sweepGone: (before) => inTurn(async (draft) => sweepIn(draft, before)),
		forgetNews: (before, now) => inTurn(async (draft) => forgetNewsIn(draft, before, now)),
		parked: async (after, rowsMax) => {
			const waiting = [...current.log.values()].filter(waitsForServer);
			const later = waiting.filter((each) => after === null || comesBefore(after, each) < 0);
			return later.sort(comesBefore).slice(0, rowsMax);
		},
		heads: async (scopes) =>
			Object.fromEntries(scopes.map((each) => [each, current.heads.get(each) ?? 0])),
		installation: async () => ({ install, era }),
		close: async () => undefined,
		state: () => current,
	};
}

const waitsForServer = ({ status, answer }: LogEntry): boolean =>
	status === 'parked' &&
	(answer as { parked?: { waitsFor?: string } } | null)?.parked?.waitsFor !== 'flood';

/** As they came in; of what came in together, as the device had numbered it. */
function comesBefore(a: LogEntry, b: LogEntry): number {
	if (a.receivedAt !== b.receivedAt) return a.receivedAt < b.receivedAt ? -1 : 1;
	return (a.seq ?? 0) - (b.seq ?? 0) || byId(a, b);
}

function readsOn(state: () => MemoryState) {
	const table = (entity: AnyEntity) => state().tables.get(entity.name) ?? new Map<string, Row>();
	return {
		read: async (entity: AnyEntity, ids: readonly string[]) =>
			ids.flatMap((id) => table(entity).get(id) ?? []),
		list: async (...[entity, equals, during]: Parameters<Port['list']>) =>
			[...table(entity).values()].filter((row) => matches(row, equals, during)).sort(byId),
		entries: async (ids: readonly string[]) => ids.flatMap((id) => state().log.get(id) ?? []),
	};
}

function transactionOn(draft: MemoryState): PortTransaction {
	return {
		...readsOn(() => draft),
		lock: async () => undefined,
		claim: async (claims) => {
			const fresh = claims.filter((each) => !draft.log.has(each.id));
			for (const each of fresh) {
				refuseUsedSeq(draft.log, each);
				draft.log.set(each.id, unanswered(each));
			}
			return new Set(fresh.map((each) => each.id));
		},
		flush: async (writes) => writes.forEach((write) => flushInto(draft.tables, write)),
		stamp: async (touches, outcomes, now) => stampInto(draft, touches, outcomes, now),
	};
}

function refuseUsedSeq(log: MemoryState['log'], { deviceId, seq }: LogClaim): void {
	if (deviceId === null || seq === null) return;
	for (const entry of log.values())
		if (entry.deviceId === deviceId && entry.seq === seq)
			throw new ConstraintViolation('mutation_device_id_seq_key');
}

const unanswered = (claim: LogClaim): LogEntry => ({
	...claim,
	status: 'noop',
	refusal: null,
	answer: null,
	effects: {},
});

function flushInto(tables: Tables, { entity, kind, rows, versions }: Write): void {
	const table = tables.get(entity.name) ?? new Map<string, Row>();
	tables.set(entity.name, table);
	if (versions?.some((seen, index) => table.get(rows[index]?.id ?? '')?.['version'] !== seen))
		throw new TryAgain(`${entity.name} was changed by somebody else`);
	for (const row of rows) {
		if (kind === 'insert' && table.has(row.id))
			throw new ConstraintViolation(`${entity.name}_pkey`);
		table.set(row.id, row);
	}
	const rules = memoryRules.filter((each) => each.entity === entity.name);
	for (const rule of rules) for (const row of rows) enforce(rule, row, table);
}

function enforce(rule: MemoryRule, row: Row, table: ReadonlyMap<string, Row>): void {
	const key = rule.key(row);
	if (key === null) return;
	for (const other of table.values()) {
		if (other.id === row.id || rule.key(other) !== key) continue;
		if (rule.overlapping && !overlap(row, other)) continue;
		throw new ConstraintViolation(rule.constraint);
	}
}

const overlap = (a: Row, b: Row) =>
	String(a['startAt']) < String(b['endAt']) && String(b['startAt']) < String(a['endAt']);

function stampInto(
	draft: MemoryState,
	touches: readonly Touch[],
	outcomes: readonly LogOutcome[],
	now: Instant,
): Record<Scope, number> {
	const heads: Record<Scope, number> = {};
	for (const scope of new Set(touches.map((each) => each.scope))) {
		heads[scope] = (draft.heads.get(scope) ?? 0) + 1;
		draft.heads.set(scope, heads[scope]);
	}
	for (const { scope, collection, id, gone } of touches) {
		const stamps = draft.stamps.get(scope) ?? new Map<string, Stamp>();
		draft.stamps.set(scope, stamps);
		stamps.set(`${collection}/${id}`, {
			v: heads[scope] as number,
			gone,
			goneAt: gone === null ? null : now,
		});
	}
	for (const { scopes, ...outcome } of outcomes) {
		const entry = draft.log.get(outcome.id) as LogEntry;
		const effects = Object.fromEntries(scopes.map((each) => [each, heads[each] as number]));
		draft.log.set(outcome.id, { ...entry, ...outcome, effects });
	}
	return heads;
}

function sweepIn(draft: MemoryState, before: Instant): number {
	let count = 0;
	for (const [scope, stamps] of draft.stamps)
		for (const [key, { v, goneAt }] of stamps) {
			if (goneAt === null || goneAt >= before) continue;
			stamps.delete(key);
			draft.floors.set(scope, Math.max(v, draft.floors.get(scope) ?? 0));
			count += 1;
		}
	return count;
}

function forgetNewsIn(draft: MemoryState, before: Instant, now: Instant): Record<Scope, number> {
	const news = draft.tables.get(notice.name) ?? new Map<string, Row>();
	const old = [...news.values()].filter((row) => String(row['at']) < before).slice(0, newsMax);
	for (const { id } of old) news.delete(id);
	const gone = { collection: 'notices', gone: 'aged' } as const;
	const touches = old.map((row) => ({ scope: scopeOfNotice(row), id: row.id, ...gone }));
	return stampInto(draft, touches, [], now);
}

function pullFrom(state: MemoryState, { cursors, rowsMax, idsOnly }: PullRequest): PullPage {
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
	for (const { collection, id, live } of changes) {
		if (live.length === 0) continue;
		for (const entity of [rootOf[collection], ...partsOf(collection)]) {
			const parent = entity.home?.inside?.by ?? 'id';
			const table = state.tables.get(entity.name) ?? new Map<string, Row>();
			const own = [...table.values()].filter((row) => row[parent] === id);
			rows[entity.name] = [...(rows[entity.name] ?? []), ...own];
		}
	}
	return rows;
}

/** Rows are never changed in place, so copying the maps is a copy. */
const copyOf = (state: MemoryState): MemoryState => ({
	tables: new Map([...state.tables].map(([name, rows]) => [name, new Map(rows)])),
	log: new Map(state.log),
	heads: new Map(state.heads),
	floors: new Map(state.floors),
	stamps: new Map([...state.stamps].map(([scope, stamps]) => [scope, new Map(stamps)])),
});
