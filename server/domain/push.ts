import type { Actor } from '#sync/core/actor.ts';
import type { Ack, SyncAnswer, SyncRequest } from '#sync/protocol/sync.ts';
import type { Device } from '../db/device.ts';
import { Forked, SeqGap } from './claims.ts';
import { shopsOf } from './locks.ts';
import { ackOf } from './outcome.ts';
import { groupMax, perform, type World } from './perform.ts';
import { prepare, type Prepared } from './prepare.ts';
import { memberOf, type Sent } from './texts.ts';

export type Pushed = Pick<SyncAnswer, 'acks' | 'lastSeq' | 'gap' | 'forked'>;
type Stop = Pick<Pushed, 'gap' | 'forked'>;

/**
 * Performs what a device sends, in the order of its seq, in groups of one shop each. Stops at a gap:
 * nothing of a device is applied before what it did earlier. Stops at a fork: what a copy of it did
 * belongs to another device.
 *
 * Between two groups `actorNow` says who the person is by then, or refuses: what was done before his
 * rights or his session ended stays, the rest is not.
 */
export async function push(
	world: World,
	actor: Actor,
	request: SyncRequest,
	known: Device,
	actorNow: () => Promise<Actor>,
): Promise<Pushed> {
	const sorted = [...request.mutations].sort((a, b) => a.seq - b.seq);
	const sent = sorted.map((each) => memberOf(actor, request.device.id, each));
	const { members, stop } = await consecutive(world, sent, known);
	const acks: Ack[] = [];
	let lastSeq = known.lastSeq;
	let current = actor;
	try {
		for (const [index, group] of (await groupsOf(world, members)).entries()) {
			if (index > 0) current = await actorNow();
			const outcomes = await perform(
				world,
				group.map((each) => ({ ...each, actor: current })),
			);
			const seqs = group.map((each) => each.device.seq);
			outcomes.forEach((outcome, place) => acks.push(ackOf(outcome, seqs[place] as number)));
			lastSeq = Math.max(lastSeq, ...seqs);
		}
	} catch (error) {
		// Two requests of one device at once: the other one was first.
		if (error instanceof Forked) return { acks, lastSeq, forked: true };
		if (!(error instanceof SeqGap)) throw error;
		return { acks, lastSeq: error.expected - 1, gap: error.expected };
	}
	return { acks, lastSeq, ...stop };
}

/** What can be taken: without a hole, and without a number that was used before for another thing. */
async function consecutive(
	world: World,
	sent: readonly Sent[],
	{ lastSeq }: Device,
): Promise<{ readonly members: readonly Sent[]; readonly stop: Stop }> {
	const consumed = sent.filter((each) => each.device.seq <= lastSeq);
	const entries = await world.port.entries(consumed.map((each) => each.mutation.id));
	const known = new Set(entries.map((each) => each.id));
	let next = lastSeq + 1;
	for (const [index, { device, mutation }] of sent.entries()) {
		const stopped = (stop: Stop) => ({ members: sent.slice(0, index), stop });
		if (device.seq > next) return stopped({ gap: next });
		if (device.seq < next && !known.has(mutation.id)) return stopped({ forked: true });
		known.add(mutation.id);
		next = Math.max(next, device.seq + 1);
	}
	return { members: sent, stop: {} };
}

/**
 * Cuts a batch where the shop changes (what is about none is a shop of its own); what places work, or
 * is about a thing that is not there yet, goes alone.
 */
async function groupsOf(world: World, members: readonly Sent[]): Promise<(readonly Sent[])[]> {
	if (members.length < 2) return members.length === 0 ? [] : [members];
	const prepared = members.map((member) => [member, prepare(member)] as const);
	const shops = await shopsOf(
		world.port,
		prepared.map(([, each]) => each),
	);
	const groups: Sent[][] = [];
	let open: { shop: string; members: Sent[] } | null = null;
	for (const [member, each] of prepared) {
		const shop = isAlone(each) ? undefined : isAboutNoShop(each) ? '' : shops.get(each);
		if (open && shop === open.shop && open.members.length < groupMax) open.members.push(member);
		else {
			const started: Sent[] = [member];
			groups.push(started);
			open = shop === undefined ? null : { shop, members: started };
		}
	}
	return groups;
}

const isAlone = (each: Prepared): boolean => each.problem !== null || each.mutator.alone === true;
const isAboutNoShop = (each: Prepared): boolean =>
	each.problem === null && each.mutator.shopOf(each.args) === null;
