import type { Extras, Refusal } from '#sync/core/rejection.ts';
import type { Ids } from '#sync/core/mutator.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Status } from '#sync/protocol/sync.ts';
import { refusalOf } from '../db/constraints.ts';
import {
	ConstraintViolation,
	TryAgain,
	type LogClaim,
	type LogEntry,
	type Port,
	type PortTransaction,
} from '../db/port.ts';
import { UnitOfWork } from '../db/store.ts';
import { advanceDevice, checkSequence, claimsOf, deviceOf, reportsLeft } from './claims.ts';
import { countCrash, crashesMax, RuleCrash } from './crashes.ts';
import { lockGroup } from './locks.ts';
import { performOne, type Done, type Verdict } from './one.ts';
import { prepare, type Member, type Prepared } from './prepare.ts';
import type { Reactions } from './reactions.ts';

export type { Member } from './prepare.ts';

/** Everything the door needs from outside: a database, a clock, and whoever wants to hear. */
export type World = {
	readonly port: Port;
	/** Business time. */
	readonly now: () => Instant;
	/** Called right after a commit, with the new counters of the scopes it moved. */
	readonly committed: (heads: Readonly<Record<Scope, number>>) => void;
	readonly reactions: Reactions;
};

export type Outcome = {
	readonly id: string;
	readonly status: Status;
	readonly refusal?: Refusal;
	readonly extras?: Extras;
	readonly ids?: Ids;
	readonly answer?: unknown;
	readonly effects: Readonly<Record<Scope, number>>;
};

/** Members of a group at most; more would hold the shop's lock too long. */
export const groupMax = 50;
/** Repeats of a transaction that lost a race with another. */
const retriesMax = 3;

/**
 * The only door through which state changes: devices, REST and the clock all come this way.
 *
 * The members, of one shop, are performed in order and in one transaction, each on a layer of its
 * own. A mutation is performed once, however often it arrives: its id is claimed before the rules
 * run, and a repeat gets the first answer. If the writes of a group fail, its members are performed
 * one by one, so that one bad mutation never takes its neighbours with it.
 * (docs/sync-protocol.md, "The door")
 */
export async function perform(world: World, members: readonly Member[]): Promise<Outcome[]> {
	const group = members.map(prepare);
	try {
		return await attempt(world, group, null);
	} catch (error) {
		const ours = error instanceof ConstraintViolation || error instanceof RuleCrash;
		if (!ours) throw error;
		return members.length > 1 ? singly(world, members) : afterFailure(world, group, error);
	}
}

async function singly(world: World, members: readonly Member[]): Promise<Outcome[]> {
	const outcomes: Outcome[] = [];
	for (const member of members) outcomes.push(...(await perform(world, [member])));
	return outcomes;
}

/** A single mutation whose writes the database refused, or whose rules crashed. */
async function afterFailure(
	world: World,
	group: readonly Prepared[],
	error: ConstraintViolation | RuleCrash,
): Promise<Outcome[]> {
	if (error instanceof ConstraintViolation) {
		const refusal = refusalOf(error.constraint);
		// Nobody has said what it means: a bug, not an answer.
		if (refusal === null) throw error;
		return attempt(world, group, { status: 'refused', refusal });
	}
	const count = await countCrash(world.port, error, world.now());
	if (count < crashesMax) throw error;
	return attempt(world, group, { status: 'parked' });
}

async function attempt(
	world: World,
	group: readonly Prepared[],
	verdict: Verdict | null,
): Promise<Outcome[]> {
	for (let tries = 0; ; tries += 1) {
		try {
			return await together(world, group, verdict);
		} catch (error) {
			if (!(error instanceof TryAgain) || tries >= retriesMax) throw error;
		}
	}
}

async function together(
	world: World,
	group: readonly Prepared[],
	verdict: Verdict | null,
): Promise<Outcome[]> {
	const { outcomes, heads } = await world.port.transaction(async (tx) => {
		await lockGroup(tx, group);
		const now = world.now();
		const from = await deviceOf(tx, group);
		const claims = claimsOf(group, from, now);
		checkSequence(claims, from);
		const fresh = await tx.claim(claims);
		const earlier = await earlierEntries(tx, group, fresh);

		const work = new UnitOfWork(tx);
		const done = new Map<string, Done>();
		let reports = 0;
		for (const [index, prepared] of group.entries()) {
			const claim = claims[index] as LogClaim;
			if (!fresh.has(claim.id) || done.has(claim.id)) continue;
			if (prepared.mutator?.kind === 'report') reports += 1;
			const flooded = reports > reportsLeft(from, now);
			const dependencies = prepared.member.mutation.after.map(
				(id) => done.get(id)?.outcome.status ?? earlier.get(id)?.status,
			);
			const ruling = flooded ? { status: 'parked' as const } : verdict;
			const { reactions } = world;
			done.set(
				claim.id,
				await performOne({ work, reactions, prepared, claim, now, verdict: ruling, dependencies }),
			);
		}
		await advanceDevice(work, claims, reports);
		return write(tx, work, claims, done, earlier);
	});
	if (Object.keys(heads).length > 0) world.committed(heads);
	return outcomes;
}

/** The end of every transaction: rows, then the stamp, then nothing. */
async function write(
	tx: PortTransaction,
	work: UnitOfWork,
	claims: readonly LogClaim[],
	done: ReadonlyMap<string, Done>,
	earlier: ReadonlyMap<string, LogEntry>,
) {
	const results = [...done.values()];
	const writes = work.writes();
	if (writes.length > 0) await tx.flush(writes);
	const heads =
		results.length === 0
			? {}
			: await tx.stamp(
					results.flatMap((each) => each.touches),
					results.map((each) => each.outcome),
				);
	const outcomes = claims.map((claim) => {
		const fresh = done.get(claim.id);
		if (!fresh) return repeated(claim, earlier.get(claim.id) as LogEntry);
		const effects = fresh.outcome.scopes.map((scope) => [scope, heads[scope] ?? 0] as const);
		return outcomeOf({ ...fresh.outcome, effects: Object.fromEntries(effects) });
	});
	return { outcomes, heads };
}

/** Entries of mutations that came before: repeats of these, and what these depend on. */
async function earlierEntries(
	tx: PortTransaction,
	group: readonly Prepared[],
	fresh: ReadonlySet<string>,
): Promise<Map<string, LogEntry>> {
	const named = group.flatMap(({ member: { mutation } }) => [mutation.id, ...mutation.after]);
	// What is fresh is performed in this group: the log has no end of it yet.
	const ids = [...new Set(named)].filter((id) => !fresh.has(id));
	const entries = ids.length === 0 ? [] : await tx.entries(ids);
	return new Map(entries.map((entry) => [entry.id, entry]));
}

/** The first answer again; but only to the same user and for the same bytes. */
function repeated(claim: LogClaim, entry: LogEntry): Outcome {
	const same = entry.userId === claim.userId && entry.requestHash === claim.requestHash;
	if (!same) return { id: claim.id, status: 'refused', refusal: 'key_reused', effects: {} };
	return outcomeOf(entry);
}

type Ended = Pick<LogEntry, 'id' | 'status' | 'refusal' | 'answer' | 'effects'>;
type StoredAnswer = { readonly ids?: Ids; readonly extras?: Extras; readonly answer?: unknown };

function outcomeOf({ id, status, refusal, answer, effects }: Ended): Outcome {
	const stored = (answer ?? {}) as StoredAnswer;
	return { id, status, effects, ...stored, ...(refusal === null ? {} : { refusal }) };
}
