import { byId } from '#sync/core/document.ts';
import type { Row } from '#sync/core/entity.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Instant } from '#sync/core/time.ts';
import { matches } from './match.ts';
import type { Locks } from './memory-locks.ts';
import { memoryRules, type MemoryRule } from './memory-rules.ts';
import { emptyDraft, type Draft, type MemoryState, type Stamp } from './memory-state.ts';
import {
	ConstraintViolation,
	TryAgain,
	type LogClaim,
	type LogEntry,
	type LogOutcome,
	type PortTransaction,
	type Reads,
	type Touch,
	type Write,
} from './port.ts';

const rulesByEntity = Map.groupBy(memoryRules, (each) => each.entity);

/**
 * One READ COMMITTED transaction: it reads what was committed by now and what it wrote itself, and
 * waits where a database waits, for advisory locks, and for rows, ids, unique values and counters
 * that another one has written and not yet committed.
 */
export function transactionOn(
	committed: () => MemoryState,
	locks: Locks,
	isEnforced: (constraint: string) => boolean,
) {
	const rulesOf = ({ entity }: Write) =>
		(rulesByEntity.get(entity.name) ?? []).filter((each) => isEnforced(each.constraint));
	const draft = emptyDraft();
	const lockAll = async (keys: Iterable<string>) => {
		for (const key of keys) await locks.take(draft, key);
	};
	const rows = (name: string) => new Laid(committed().tables.get(name), draft.tables.get(name));

	async function claim(claims: readonly LogClaim[]): Promise<Set<string>> {
		await lockAll(claims.map((each) => `log:${each.id}`).sort());
		const fresh = claims.filter((each) => !committed().log.has(each.id) && !draft.log.has(each.id));
		for (const each of fresh) {
			if (each.deviceId !== null && each.seq !== null)
				await lockAll([`number:${each.deviceId}:${each.seq}`]);
			for (const log of [committed().log, draft.log]) refuseUsedSeq(log, each);
			draft.log.set(each.id, unanswered(each));
		}
		return new Set(fresh.map((each) => each.id));
	}

	async function flush(writes: readonly Write[]): Promise<void> {
		for (const write of writes) {
			await lockAll(locksOf(write, rulesOf(write)));
			flushInto(draft, rows(write.entity.name), write);
			enforceAll(rulesOf(write), write, rows(write.entity.name).all());
		}
	}

	async function stamp(
		touches: readonly Touch[],
		outcomes: readonly LogOutcome[],
		now: Instant,
	): Promise<Record<Scope, number>> {
		const scopes = [...new Set(touches.map((each) => each.scope))].sort();
		await lockAll(scopes.map((each) => `head:${each}`));
		await lockAll(outcomes.map((each) => `log:${each.id}`).sort());
		return stampInto(draft, committed(), touches, outcomes, now);
	}

	const reads: Reads = {
		read: async (entity, ids) => ids.flatMap((id) => rows(entity.name).get(id) ?? []),
		list: async (entity, equals, during) =>
			rows(entity.name)
				.all()
				.filter((row) => matches(row, equals, during))
				.sort(byId),
		entries: async (ids) => ids.flatMap((id) => draft.log.get(id) ?? committed().log.get(id) ?? []),
	};
	const tx: PortTransaction = {
		...{ ...reads, claim, flush, stamp, alone: false },
		lock: (keys) => lockAll(keys.map((each) => `advisory:${each}`)),
	};
	return { tx, draft, lockAll, end: () => locks.release(draft) };
}

/** A table as its transaction sees it. */
class Laid {
	readonly #base: ReadonlyMap<string, Row>;
	readonly #top: ReadonlyMap<string, Row | null>;

	constructor(
		base: ReadonlyMap<string, Row> | undefined,
		top: ReadonlyMap<string, Row | null> | undefined,
	) {
		this.#base = base ?? new Map();
		this.#top = top ?? new Map();
	}

	get(id: string): Row | null {
		const own = this.#top.get(id);
		return own === undefined ? (this.#base.get(id) ?? null) : own;
	}

	all(): Row[] {
		const below = [...this.#base.values()];
		if (this.#top.size === 0) return below;
		const rest = below.filter((row) => !this.#top.has(row.id));
		return [...rest, ...[...this.#top.values()].filter((row) => row !== null)];
	}
}

/** What another one must not have written in a transaction that goes on. */
function locksOf({ entity, rows }: Write, rules: readonly MemoryRule[]): string[] {
	return rows.flatMap((row) => [
		`row:${entity.name}/${row.id}`,
		...rules.flatMap((rule) => {
			const key = rule.key(row);
			return key === null ? [] : [`unique:${rule.constraint}:${key}`];
		}),
	]);
}

function refuseUsedSeq(log: ReadonlyMap<string, LogEntry>, { deviceId, seq }: LogClaim): void {
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

function flushInto(draft: Draft, table: Laid, { entity, kind, rows, versions }: Write): void {
	if (versions?.some((seen, index) => table.get(rows[index]?.id ?? '')?.['version'] !== seen))
		throw new TryAgain(`${entity.name} was changed by somebody else`);
	const own = draft.tables.get(entity.name) ?? new Map<string, Row | null>();
	for (const row of rows)
		if (kind === 'insert' && (table.get(row.id) !== null || own.has(row.id)))
			throw new ConstraintViolation(`${entity.name}_pkey`);
		else own.set(row.id, row);
	draft.tables.set(entity.name, own);
}

function enforceAll(rules: readonly MemoryRule[], { rows }: Write, all: readonly Row[]): void {
	for (const rule of rules) for (const row of rows) enforce(rule, row, all);
}

function enforce(rule: MemoryRule, row: Row, all: readonly Row[]): void {
	const key = rule.key(row);
	if (key === null) return;
	for (const other of all) {
		if (other.id === row.id || rule.key(other) !== key) continue;
		if (rule.overlapping && !overlap(row, other)) continue;
		throw new ConstraintViolation(rule.constraint);
	}
}

const overlap = (a: Row, b: Row) =>
	String(a['startAt']) < String(b['endAt']) && String(b['startAt']) < String(a['endAt']);

/** Raises the counters, under their locks, and writes them beside what moved. */
export function stampInto(
	draft: Draft,
	committed: MemoryState,
	touches: readonly Touch[],
	outcomes: readonly LogOutcome[],
	now: Instant,
): Record<Scope, number> {
	draft.stampedAt = now;
	const heads: Record<Scope, number> = {};
	for (const scope of new Set(touches.map((each) => each.scope))) {
		heads[scope] = (draft.heads.get(scope) ?? committed.heads.get(scope) ?? 0) + 1;
		draft.heads.set(scope, heads[scope]);
	}
	for (const { scope, collection, id, gone } of touches) {
		const stamps = draft.stamps.get(scope) ?? new Map<string, Stamp | null>();
		draft.stamps.set(scope, stamps);
		const goneAt = gone === null ? null : now;
		stamps.set(`${collection}/${id}`, { v: heads[scope] as number, gone, goneAt });
	}
	for (const { scopes, ...outcome } of outcomes) {
		const entry = (draft.log.get(outcome.id) ?? committed.log.get(outcome.id)) as LogEntry;
		const effects = Object.fromEntries(scopes.map((each) => [each, heads[each] as number]));
		draft.log.set(outcome.id, { ...entry, ...outcome, effects });
	}
	return heads;
}
