import { isDeepStrictEqual } from 'node:util';
import { systemActor, type Actor } from '#sync/core/actor.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Mutation } from '#sync/protocol/sync.ts';
import { memoryPort, type MemoryPort, type MemoryState } from '#server/db/memory.ts';
import type { LogClaim } from '#server/db/port.ts';
import { perform, type Outcome, type World } from '#server/domain/perform.ts';
import { reactions } from '#server/domain/reactions.ts';
import { Violation } from '../invariants.ts';
import { install } from '../judging.ts';
import type { Commit } from './journal.ts';
import { stored } from './rows.ts';

/** The texts that phones sent, by id and name: what a person took back has the same id. */
export type Wire = Map<string, Mutation>;
export const wireKey = ({ id, name }: { readonly id: string; readonly name: string }): string =>
	`${id} ${name}`;

/**
 * The same accepted mutations, in the order of their commits, one at a time, through the memory port:
 * no groups, no retries, no instances, no SQL. Whatever is not the same then, one of these changed.
 */
export async function replayed(journal: readonly Commit[], wire: Wire): Promise<MemoryPort> {
	const port = memoryPort(install);
	for (const commit of journal) {
		if (commit.kind === 'swept') await port.sweepGone(commit.before);
		else if (commit.claims.length === 0)
			await port.transaction(async (tx) => {
				const { writes, stamped } = commit;
				if (writes.length > 0) await tx.flush(writes);
				if (stamped) await tx.stamp(stamped.touches, stamped.outcomes, stamped.now);
			});
		else for (const claim of commit.claims) await performed(port, claim, commit, wire);
	}
	return port;
}

type Transaction = Extract<Commit, { kind: 'transaction' }>;

async function performed(
	port: MemoryPort,
	claim: LogClaim,
	{ actor, stamped }: Transaction,
	wire: Wire,
): Promise<void> {
	const now = claim.receivedAt;
	const world: World = { port, now: () => now, committed: () => undefined, reactions };
	const { deviceId, seq } = claim;
	const [outcome] = await perform(world, [
		{
			actor: claim.userId === null ? systemActor : (actor as Actor),
			mutation: wire.get(wireKey(claim)) ?? mutationIn(claim, claim.at),
			hash: claim.requestHash,
			...(deviceId === null || seq === null ? {} : { device: { id: deviceId, seq } }),
		},
	]);
	const was = stamped?.outcomes.find((each) => each.id === claim.id);
	const same = outcome?.status === was?.status && outcome?.refusal === (was?.refusal ?? undefined);
	if (!same) throw new Violation(`${claim.name} ends otherwise alone: ${told(was, outcome)}`);
}

const told = (was: unknown, outcome: Outcome | undefined) => JSON.stringify({ was, outcome });

/** One that no phone sent: its time is the server's own. */
const mutationIn = ({ id, name, version, args }: LogClaim, wall: Instant): Mutation => ({
	...{ id, name, version, args, base: {}, after: [] },
	at: { wall, offsetMs: 0, errorMs: 0 },
});

/** The rows, the log and what scopes show are equal, to the type, the null and the millisecond. */
export function demandSame(sql: MemoryState, memory: MemoryState): void {
	for (const { name } of stored)
		same(name, sql.tables.get(name) ?? new Map(), memory.tables.get(name) ?? new Map());
	same('log', without('effects', sql.log), without('effects', memory.log));
	// A group of mutations raises a counter once; alone, each raises it.
	const scopes = new Set([...sql.stamps.keys(), ...memory.stamps.keys()]);
	for (const scope of scopes)
		same(
			scope,
			without('v', sql.stamps.get(scope) ?? new Map()),
			without('v', memory.stamps.get(scope) ?? new Map()),
		);
}

const without = <T extends object>(field: keyof T & string, all: ReadonlyMap<string, T>) =>
	new Map(
		[...all].map(([key, each]) => [
			key,
			Object.fromEntries(Object.entries(each).filter(([name]) => name !== field)),
		]),
	);

function same(
	what: string,
	sql: ReadonlyMap<string, unknown>,
	memory: ReadonlyMap<string, unknown>,
): void {
	for (const key of new Set([...sql.keys(), ...memory.keys()])) {
		const pair = { sql: sql.get(key), memory: memory.get(key) };
		if (!isDeepStrictEqual(pair.sql, pair.memory))
			throw new Violation(`SQL and memory differ in ${what} ${key}: ${JSON.stringify(pair)}`);
	}
}
