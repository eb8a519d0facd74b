import { systemActor } from '#sync/core/actor.ts';
import type { Mutation } from '#sync/protocol/sync.ts';
import { refusalOf } from '../db/constraints.ts';
import { device, type Device } from '../db/device.ts';
import { ConstraintViolation, type LogEntry, type PortTransaction } from '../db/port.ts';
import { UnitOfWork } from '../db/store.ts';
import { actorOf } from './access.ts';
import { countCrash, RuleCrash } from './crashes.ts';
import { lockGroup, parkedLock } from './locks.ts';
import { performOne, type Parked, type Verdict } from './one.ts';
import { parkedOf } from './outcome.ts';
import { persistently, type World } from './perform.ts';
import { readingOf, type Member, type Prepared } from './prepare.ts';

const pageRows = 100;

/**
 * Performs again what was parked, under its own id, in the order in which it came in: what this
 * server knows by now, and what the rules of an earlier one crashed on. Answers how many ended.
 *
 * What crashes again stays parked and is not tried a second time by this server: a newer one may be
 * mended. What flooded in waits for a person.
 */
export function replayOfParked(world: World): () => Promise<number> {
	const crashed = new Set<string>();

	async function again(entry: LogEntry): Promise<boolean> {
		const parked = parkedOf(entry);
		if (parked === null || crashed.has(entry.id)) return false;
		const mutation = mutationIn(entry, parked);
		// What stays unknown costs no more than the page it was read with.
		const reading = readingOf(mutation);
		if (reading.problem === 'unknown') return false;
		try {
			const member = await memberOf(world, entry, mutation);
			return await settle(world, entry, { member, ...reading });
		} catch (error) {
			if (!(error instanceof RuleCrash)) throw error;
			crashed.add(entry.id);
			await countCrash(world.port, error, world.now());
			return false;
		}
	}

	return async () => {
		let count = 0;
		let last: LogEntry | null = null;
		for (;;) {
			const page: LogEntry[] = await world.port.parked(last, pageRows);
			for (const entry of page) if (await again(entry)) count += 1;
			last = page.at(-1) ?? null;
			if (page.length < pageRows) return count;
		}
	};
}

/** The mutation as it came in. */
function mutationIn({ id, name, version, args, at }: LogEntry, { base, after }: Parked): Mutation {
	const claimedAt = { wall: at, offsetMs: null, errorMs: null };
	return { id, name, version, args, base, after, at: claimedAt };
}

/** By the person as he is now: rules judge by the time it was done. */
async function memberOf(
	{ port }: World,
	{ userId, deviceId, seq, requestHash }: LogEntry,
	mutation: Mutation,
): Promise<Member> {
	const actor = userId === null ? systemActor : await actorOf(port, userId);
	return {
		actor,
		...(deviceId === null ? {} : { device: { id: deviceId, seq: seq ?? 0 } }),
		mutation,
		hash: requestHash,
	};
}

/** Ends it one way or the other. A constraint that says no refuses it, as at the door. */
async function settle(world: World, entry: LogEntry, prepared: Prepared): Promise<boolean> {
	const attempt = (verdict: Verdict | null) =>
		persistently(() => performParked(world, entry, prepared, verdict));
	try {
		return await attempt(null);
	} catch (error) {
		if (!(error instanceof ConstraintViolation)) throw error;
		const refusal = refusalOf(error.constraint);
		if (refusal === null) throw new RuleCrash(entry.id, error);
		return attempt({ status: 'refused', refusal });
	}
}

async function performParked(
	world: World,
	{ id }: LogEntry,
	prepared: Prepared,
	verdict: Verdict | null,
): Promise<boolean> {
	const heads = await world.port.transaction(async (tx) => {
		await lockGroup(tx, [prepared]);
		await tx.lock([parkedLock(id)]);
		const [claim] = await tx.entries([id]);
		// Another server was at it meanwhile, or its person took it back.
		if (claim?.status !== 'parked') return null;
		const { reactions } = world;
		const now = world.now();
		const work = new UnitOfWork(tx);
		const dependencies = await endsOf(tx, prepared.member.mutation.after);
		const firstContact = await firstContactOf(tx, claim);
		const task = { work, reactions, prepared, claim, now, firstContact, verdict, dependencies };
		const { outcome, touches } = await performOne(task);
		const writes = work.writes();
		if (writes.length > 0) await tx.flush(writes);
		return tx.stamp(touches, [outcome], now);
	});
	if (heads === null) return false;
	if (Object.keys(heads).length > 0) world.committed(heads);
	return true;
}

async function firstContactOf(tx: PortTransaction, { deviceId }: LogEntry) {
	const rows = deviceId === null ? [] : await tx.read(device, [deviceId]);
	return (rows as unknown as Device[])[0]?.firstContact ?? null;
}

async function endsOf(tx: PortTransaction, ids: readonly string[]) {
	const entries = ids.length === 0 ? [] : await tx.entries(ids);
	return entries.map((each) => each.status);
}
