import { createHash } from 'node:crypto';
import type { Actor } from '#sync/core/actor.ts';
import { uuidV7 } from '#sync/core/id.ts';
import { depthOf, isStorable } from '#sync/core/json.ts';
import {
	depthMax,
	mutationText,
	type Ack,
	type Mutation,
	type SyncRequest,
} from '#sync/protocol/sync.ts';
import type { Device } from '../db/device.ts';
import { SeqGap } from './claims.ts';
import { shopsOf } from './locks.ts';
import { groupMax, perform, type Outcome, type World } from './perform.ts';
import { prepare, type Member, type Prepared } from './prepare.ts';

export type Pushed = {
	readonly acks: Ack[];
	readonly lastSeq: number;
	readonly gap?: number;
};

/**
 * Performs what a device sends, in the order of its seq, in groups of one shop each. Stops at a gap:
 * nothing of a device is applied before what it did earlier.
 */
export async function push(
	world: World,
	actor: Actor,
	request: SyncRequest,
	known: Device,
): Promise<Pushed> {
	const sorted = [...request.mutations].sort((a, b) => a.seq - b.seq);
	const members = sorted.map((each) => memberOf(actor, request.device.id, each));
	const acks: Ack[] = [];
	let lastSeq = known.lastSeq;
	try {
		for (const group of await groupsOf(world, members)) {
			const outcomes = await perform(world, group);
			outcomes.forEach((outcome, index) => acks.push(ackOf(outcome, group[index] as Member)));
			lastSeq = Math.max(lastSeq, ...group.map((each) => each.device?.seq ?? 0));
		}
	} catch (error) {
		if (!(error instanceof SeqGap)) throw error;
		return { acks, lastSeq: error.expected - 1, gap: error.expected };
	}
	return { acks, lastSeq };
}

/** Cuts a batch where the shop changes; what places work, or is not there yet, goes alone. */
async function groupsOf(world: World, members: readonly Member[]): Promise<Member[][]> {
	const prepared = members.map(prepare);
	const shops = await shopsOf(world.port, prepared);
	const groups: Member[][] = [];
	let open: { shop: string; members: Member[] } | null = null;
	for (const each of prepared) {
		const shop = aloneness(each) ? undefined : shops.get(each);
		if (open && shop === open.shop && open.members.length < groupMax)
			open.members.push(each.member);
		else {
			const started: Member[] = [each.member];
			groups.push(started);
			open = shop === undefined ? null : { shop, members: started };
		}
	}
	return groups;
}

const aloneness = (each: Prepared): boolean => each.problem !== null || each.mutator.alone === true;

function memberOf(
	actor: Actor,
	deviceId: string,
	{ seq, text }: SyncRequest['mutations'][number],
): Member {
	const hash = createHash('sha256').update(text).digest('hex');
	const mutation = parsedMutation(text) ?? unreadable(hash);
	return { actor, device: { id: deviceId, seq }, mutation, hash };
}

function parsedMutation(text: string): Mutation | null {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
	if (depthOf(value, depthMax) > depthMax || !isStorable(value)) return null;
	const parsed = mutationText.safeParse(value);
	return parsed.success ? parsed.data : null;
}

/**
 * Stands in for what cannot be read as a mutation at all. It is refused and consumed like any
 * other, under an id made of its bytes: left lying, it would block the phone's outbox for ever.
 */
function unreadable(hash: string): Mutation {
	const word = (index: number) => Number.parseInt(hash.slice(index * 8, index * 8 + 8), 16);
	return {
		id: uuidV7(0, [word(0), word(1), word(2)]),
		name: 'unreadable',
		version: 0,
		args: null,
		base: {},
		after: [],
		at: { wall: '1970-01-01T00:00:00.000Z', offsetMs: null, errorMs: null },
	};
}

function ackOf(outcome: Outcome, member: Member): Ack {
	const { id, status, refusal, extras, effects } = outcome;
	return {
		id,
		seq: member.device?.seq ?? 0,
		status,
		effects: { ...effects },
		...(refusal === undefined ? {} : { refusal }),
		...(extras === undefined || Object.keys(extras).length === 0 ? {} : { extras: { ...extras } }),
	};
}
