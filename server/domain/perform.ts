import type { Scope } from '#sync/core/scope.ts';
import type { Instant } from '#sync/core/time.ts';
import { refusalOf } from '../db/constraints.ts';
import {
	ConstraintViolation,
	TryAgain,
	type LogClaim,
	type LogEntry,
	type Port,
	type PortTransaction,
} from '../db/port.ts';
import { device } from '../db/device.ts';
import { UnitOfWork } from '../db/store.ts';
import {
	advanceDevice,
	checkSequence,
	claimsOf,
	countedLeft,
	deviceOf,
	isCounted,
	refuseForks,
} from './claims.ts';
import { countCrash, crashesMax, RuleCrash } from './crashes.ts';
import { lockGroup } from './locks.ts';
import { performOne, type Done, type Verdict } from './one.ts';
import { outcomeOf, repeated, type Outcome } from './outcome.ts';
import { prepare, type Member, type Prepared } from './prepare.ts';
import type { Reactions } from './reactions.ts';
import { rehearse } from './rehearse.ts';

export type { Outcome } from './outcome.ts';
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

/** Members of a group at most; more would hold the shop's lock too long. */
export const groupMax = 50;
const flood: Verdict = { status: 'parked', waitsFor: 'flood' };
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
		if (refusal !== null) return attempt(world, group, { status: 'refused', refusal });
	}
	// A constraint that nobody has said the meaning of is a bug like one in the rules, no answer.
	const [{ member }] = group as readonly [Prepared];
	const crash = error instanceof RuleCrash ? error : new RuleCrash(member.mutation.id, error);
	const count = await countCrash(world.port, crash, world.now());
	if (count < crashesMax) throw crash;
	return attempt(world, group, { status: 'parked', waitsFor: 'crash' });
}

const attempt = (
	world: World,
	group: readonly Prepared[],
	verdict: Verdict | null,
): Promise<Outcome[]> => persistently(() => together(world, group, verdict));

/** Does it again when it lost a race, a few times. */
export async function persistently<T>(work: () => Promise<T>): Promise<T> {
	for (let tries = 0; ; tries += 1) {
		try {
			return await work();
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
		checkSequence(group, from);
		const fresh = await tx.claim(claims);
		refuseForks(group, from, fresh);
		const earlier = await earlierEntries(tx, group, fresh);

		const work = new UnitOfWork(tx);
		if (from) work.remember(device, from);
		const common = {
			work,
			reactions: world.reactions,
			now,
			firstContact: from?.firstContact ?? null,
		};
		const open = openOf(group, claims, fresh, earlier);
		await rehearse(open.map((each) => ({ ...common, ...each, verdict, dependencies: [] })));
		const done = new Map<string, Done>();
		let counted = 0;
		for (const { prepared, claim } of open) {
			const counts = isCounted(prepared);
			if (counts) counted += 1;
			const ruling = counts && counted > countedLeft(from, now) ? flood : verdict;
			const dependencies = prepared.member.mutation.after.map(
				(id) => done.get(id)?.outcome.status ?? earlier.get(id)?.status,
			);
			const task = { ...common, prepared, claim, dependencies, verdict: ruling };
			done.set(claim.id, await performOne(task));
		}
		await advanceDevice(work, claims, counted);
		return write(tx, work, { group, claims, done, earlier, now });
	});
	if (Object.keys(heads).length > 0) world.committed(heads);
	return outcomes;
}

/** What of a group is to be performed: once each, what is new or was parked and is taken back. */
function openOf(
	group: readonly Prepared[],
	claims: readonly LogClaim[],
	fresh: ReadonlySet<string>,
	earlier: ReadonlyMap<string, LogEntry>,
): readonly { readonly prepared: Prepared; readonly claim: LogClaim }[] {
	const open = new Map<string, { prepared: Prepared; claim: LogClaim }>();
	for (const [index, prepared] of group.entries()) {
		const claim = claims[index] as LogClaim;
		if (open.has(claim.id)) continue;
		if (fresh.has(claim.id) || takesBack(prepared, claim, earlier.get(claim.id)))
			open.set(claim.id, { prepared, claim });
	}
	return [...open.values()];
}

type Written = {
	readonly group: readonly Prepared[];
	readonly claims: readonly LogClaim[];
	readonly done: ReadonlyMap<string, Done>;
	readonly earlier: ReadonlyMap<string, LogEntry>;
	readonly now: Instant;
};

/** The end of every transaction: rows, then the stamp, then nothing. */
async function write(
	tx: PortTransaction,
	work: UnitOfWork,
	{ group, claims, done, earlier, now }: Written,
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
					now,
				);
	const outcomes = claims.map((claim, index) => {
		const fresh = done.get(claim.id);
		if (!fresh) return repeated(group[index] as Prepared, claim, earlier.get(claim.id) as LogEntry);
		const effects = fresh.outcome.scopes.map((scope) => [scope, heads[scope] ?? 0] as const);
		return outcomeOf({ ...fresh.outcome, effects: Object.fromEntries(effects) });
	});
	return { outcomes, heads };
}

/** What was parked has not been done: its author may still take it back, and then it never will be. */
const takesBack = ({ problem }: Prepared, claim: LogClaim, entry: LogEntry | undefined): boolean =>
	problem === 'withdrawn' && entry?.status === 'parked' && entry.userId === claim.userId;

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
