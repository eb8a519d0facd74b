import { isDeepStrictEqual } from 'node:util';
import { systemActor, type Actor } from '#sync/core/actor.ts';
import type { AnyEntity, Row } from '#sync/core/entity.ts';
import { addMs, type Instant } from '#sync/core/time.ts';
import type { Mutation } from '#sync/protocol/sync.ts';
import { entities } from '#sync/registry.ts';
import { refusalOf } from '#server/db/constraints.ts';
import type { Device } from '#server/db/device.ts';
import { memoryPort, type MemoryPort, type MemoryState } from '#server/db/memory.ts';
import { ConstraintViolation, type LogEntry, type LogOutcome } from '#server/db/port.ts';
import { UnitOfWork } from '#server/db/store.ts';
import { actorOf } from '#server/domain/access.ts';
import { performOne, type Verdict } from '#server/domain/one.ts';
import { readingOf } from '#server/domain/prepare.ts';
import { reactions } from '#server/domain/reactions.ts';
import { memberOf } from '#server/domain/texts.ts';
import { demand, Violation } from './invariants.ts';
import { install } from './install.ts';
import type { Commit, Store } from './store.ts';

/** The texts that phones sent, by the hash that the log keeps of each. */
export type Texts = {
	readonly note: (text: string) => void;
	readonly of: (hash: string) => Mutation | null;
	readonly isTakenBack: (mutationId: string) => boolean;
};

export function createTexts(): Texts {
	const seen = new Set<string>();
	const byHash = new Map<string, Mutation>();
	const takenBack = new Set<string>();
	return {
		note: (text) => {
			if (seen.has(text)) return;
			seen.add(text);
			const { hash, mutation } = memberOf(systemActor, '', { seq: 1, text });
			byHash.set(hash, mutation);
			if (mutation.name === 'withdrawn') takenBack.add(mutation.id);
		},
		of: (hash) => byHash.get(hash) ?? null,
		isTakenBack: (mutationId) => takenBack.has(mutationId),
	};
}

/**
 * The reference: every mutation that was accepted, in the order of the commits, one at a time and
 * alone, with the time it had, by the same rules; no groups, no locks, no retries, no second server,
 * no crash. Each must end as it did, and the tables must be equal at the end.
 */
export async function checkAgainstOracle(store: Store, texts: Texts): Promise<void> {
	const { base, commits } = store.history();
	const port = memoryPort(install, { state: base });
	for (const commit of commits) {
		if (commit.log.size === 0) await take(port, commit);
		else for (const entry of commit.log.values()) await again(port, entry, commit.at, texts, store);
	}
	demandSame(store.state(), port.state());
}

const named: ReadonlyMap<string, AnyEntity> = new Map(
	(entities as readonly AnyEntity[]).map((each) => [each.name, each]),
);

/** What was no mutation (a grant, a timer that is marked) is taken as it was. */
async function take(port: MemoryPort, { tables }: Commit): Promise<void> {
	await port.transaction(async (tx) => {
		for (const [name, rows] of tables) {
			const entity = named.get(name);
			if (!entity) continue;
			const known = port.state().tables.get(name);
			for (const row of rows.values())
				if (row !== null)
					await tx.flush([{ entity, kind: known?.has(row.id) ? 'update' : 'insert', rows: [row] }]);
		}
	});
}

async function again(
	port: MemoryPort,
	entry: LogEntry,
	at: Instant | null,
	texts: Texts,
	store: Store,
): Promise<void> {
	const isNothing =
		entry.status === 'parked' || (entry.status === 'noop' && texts.isTakenBack(entry.id));
	if (!isNothing) {
		const now = at ?? entry.receivedAt;
		const actors = await authorsOf(port, entry);
		const ends = actors.map((actor) => () => endAlike({ port, entry, now, texts, store, actor }));
		await firstThat(ends);
	}
	statuses(port).set(entry.id, entry.status);
}

/** Does what can be done first; where nothing can, the first reason is told. */
async function firstThat(ways: readonly (() => Promise<void>)[]): Promise<void> {
	const reasons: unknown[] = [];
	for (const way of ways) {
		try {
			return await way();
		} catch (error) {
			if (!(error instanceof Violation)) throw error;
			reasons.push(error);
		}
	}
	throw reasons[0];
}

/** Rights are asked before each group, so they may end, or begin, while it is being performed. */
const groupMsMax = 60_000;

/** Who did it: with his rights of now, and with those of just before where they have just changed. */
async function authorsOf(port: MemoryPort, entry: LogEntry): Promise<readonly Actor[]> {
	const { userId, receivedAt } = entry;
	if (userId === null) return [systemActor];
	const present = await actorOf(port, userId);
	const changes = present.grants.flatMap((each) => [each.grantedAt, each.revokedAt ?? '']);
	const last = changes.sort().at(-1) ?? '';
	if (last < addMs(receivedAt, -groupMsMax)) return [present];
	const before = present.grants
		.filter(({ grantedAt }) => grantedAt < last)
		.map(({ revokedAt, ...grant }) =>
			revokedAt === undefined || revokedAt === last ? grant : { ...grant, revokedAt },
		);
	return [present, { userId, grants: before }];
}

/** How mutations have ended so far in the reference. */
const endsOf = new WeakMap<MemoryPort, Map<string, LogEntry['status']>>();
function statuses(port: MemoryPort): Map<string, LogEntry['status']> {
	const known = endsOf.get(port);
	if (known) return known;
	const fresh = new Map([...port.state().log].map(([id, { status }]) => [id, status]));
	endsOf.set(port, fresh);
	return fresh;
}

/**
 * A constraint says no in one transaction, and that is written down in the next: meanwhile somebody
 * else may have moved what it clashed with. (Two nights of one shop at once: the first stands in the
 * way of the second; when the second is told no, it would have had nothing to do any more.)
 */
const decidedEarlier = new Error('a constraint had said no before');

type Replay = {
	readonly port: MemoryPort;
	readonly entry: LogEntry;
	readonly now: Instant;
	readonly texts: Texts;
	readonly store: Store;
	readonly actor: Actor;
};

/** Does it alone, or throws and leaves everything as it was, where it would end otherwise. */
async function endAlike({ port, entry, now, texts, store, actor }: Replay): Promise<void> {
	const { id, name, version, args, requestHash, deviceId, seq } = entry;
	const sent = texts.of(requestHash);
	const { base = {}, after = [] } = sent ?? {};
	const wall = { wall: entry.at, offsetMs: null, errorMs: null };
	const mutation: Mutation = { id, name, version, args, base, after, at: wall };
	const device = deviceId === null ? {} : { device: { id: deviceId, seq: seq ?? 0 } };
	const member = { actor, ...device, mutation, hash: requestHash };
	const [known] = (deviceId === null ? [] : await rowsOf(store, deviceId)) as Device[];
	const task = {
		...{ reactions, now, claim: entry, firstContact: known?.firstContact ?? null },
		prepared: { member, ...readingOf(mutation) },
		dependencies: after.map((each) => statuses(port).get(each)),
	};
	const attempt = (verdict: Verdict | null) =>
		port.transaction(async (tx) => {
			const work = new UnitOfWork(tx);
			const { outcome } = await performOne({ ...task, work, verdict });
			const isRefused = entry.status === 'refused' && outcome.status !== 'refused';
			if (isRefused && store.clashed.has(id)) throw decidedEarlier;
			await tx.flush(work.writes());
			demandAlike(entry, outcome);
		});
	try {
		await attempt(null);
	} catch (error) {
		if (error === decidedEarlier) return;
		const refusal = error instanceof ConstraintViolation ? refusalOf(error.constraint) : null;
		if (refusal === null) throw error;
		await attempt({ status: 'refused', refusal });
	}
}

function demandAlike(entry: LogEntry, outcome: LogOutcome): void {
	const was = { status: entry.status, refusal: entry.refusal, answer: entry.answer };
	const is = { status: outcome.status, refusal: outcome.refusal, answer: outcome.answer };
	if (isDeepStrictEqual(was, is)) return;
	throw new Violation(`${entry.name} ends otherwise alone: ${JSON.stringify({ was, is })}`);
}

const rowsOf = async ({ state }: Store, id: string): Promise<unknown[]> => {
	const row = state().tables.get('device')?.get(id);
	return row ? [row] : [];
};

function demandSame(real: MemoryState, reference: MemoryState): void {
	for (const name of named.keys()) {
		const is = real.tables.get(name) ?? new Map<string, Row>();
		const due = reference.tables.get(name) ?? new Map<string, Row>();
		for (const id of new Set([...is.keys(), ...due.keys()]))
			demand(isDeepStrictEqual(is.get(id), due.get(id)), 'it is as if all had come one by one', {
				...{ name, is: is.get(id), due: due.get(id) },
			});
	}
}
