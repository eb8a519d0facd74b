import { byId } from '#sync/core/document.ts';
import type { AnyEntity, Row } from '#sync/core/entity.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Instant } from '#sync/core/time.ts';
import { notice } from '#sync/notice/entity.ts';
import { matches } from './match.ts';
import { stampInto, transactionOn } from './memory-draft.ts';
import { createLocks } from './memory-locks.ts';
import { pullFrom } from './memory-pull.ts';
import { emptyState, laidOver, type Draft, type MemoryState } from './memory-state.ts';
import { withinBytes } from './page-bytes.ts';
import type { LogEntry, Port } from './port.ts';
import { scopeOfNotice } from './scopes.ts';

export type { MemoryState } from './memory-state.ts';

/** Some at a time, as on a disk. */
const newsMax = 200;

/** The port, and a look at all it holds: states are never changed in place. */
export type MemoryPort = Port & { readonly state: () => MemoryState };

export type MemoryOptions = {
	readonly state?: MemoryState;
	readonly era?: number;
	/** Told in the moment of each commit what it laid over the state. */
	readonly committed?: (after: MemoryState, before: MemoryState, draft: Draft) => void;
	/** Keys whose lock nobody takes: a planted bug. */
	readonly unlocked?: (key: string) => boolean;
	/** Constraints that somebody forgot to make: a planted bug. */
	readonly forgotten?: readonly string[];
};

/**
 * The database of the simulation: the same port, the same constraints, the same waiting, no disk.
 * Transactions run beside each other; what one of them writes is its own until it commits, and a
 * rollback throws it away.
 */
export function memoryPort(
	install: string,
	{ state = emptyState(), era = 1, committed, unlocked, forgotten = [] }: MemoryOptions = {},
): MemoryPort {
	let current = state;
	const locks = createLocks(unlocked);

	async function inTransaction<T>(
		work: (on: ReturnType<typeof transactionOn>) => Promise<T>,
	): Promise<T> {
		const on = transactionOn(
			() => current,
			locks,
			(each) => !forgotten.includes(each),
		);
		try {
			const result = await work(on);
			const before = current;
			current = laidOver(before, on.draft);
			committed?.(current, before, on.draft);
			return result;
		} finally {
			on.end();
		}
	}
	return {
		transaction: (work) => inTransaction(({ tx }) => work(tx)),
		...readsOn(() => current),
		pull: (request) => withinBytes(async (each) => pullFrom(current, each), request),
		sweepGone: (before) =>
			inTransaction(async ({ draft, lockAll }) => {
				await lockAll([...current.heads.keys()].sort().map((each) => `head:${each}`));
				return sweepInto(draft, current, before);
			}),
		forgetNews: (before, now) =>
			inTransaction(async ({ draft, lockAll }) => {
				await lockAll([...current.heads.keys()].sort().map((each) => `head:${each}`));
				return forgetNewsInto(draft, current, before, now);
			}),
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

function sweepInto(draft: Draft, { stamps, floors }: MemoryState, before: Instant): number {
	let count = 0;
	for (const [scope, some] of stamps)
		for (const [key, { v, goneAt }] of some) {
			if (goneAt === null || goneAt >= before) continue;
			const swept = draft.stamps.get(scope) ?? new Map<string, null>();
			draft.stamps.set(scope, swept.set(key, null));
			draft.floors.set(scope, Math.max(v, draft.floors.get(scope) ?? floors.get(scope) ?? 0));
			count += 1;
		}
	return count;
}

function forgetNewsInto(
	draft: Draft,
	state: MemoryState,
	before: Instant,
	now: Instant,
): Record<Scope, number> {
	const news = [...(state.tables.get(notice.name)?.values() ?? [])];
	const old = news.filter((row) => String(row['at']) < before).slice(0, newsMax);
	draft.tables.set(notice.name, new Map(old.map(({ id }) => [id, null])));
	const gone = { collection: 'notices', gone: 'aged' } as const;
	const touches = old.map((row) => ({ scope: scopeOfNotice(row), id: row.id, ...gone }));
	return stampInto(draft, state, touches, [], now);
}
