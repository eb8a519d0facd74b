import { createHash } from 'node:crypto';
import type { Actor } from '#sync/core/actor.ts';
import { uuidV7 } from '#sync/core/id.ts';
import { depthOf, isStorable } from '#sync/core/json.ts';
import { depthMax, mutationText, type Mutation, type SyncRequest } from '#sync/protocol/sync.ts';
import type { Member } from './prepare.ts';

/** A member of a device's batch: numbered by the device, and told by its bytes. */
export type Sent = Member & Required<Pick<Member, 'device'>>;

/** What a device sent under one number, read as far as it can be. */
export function memberOf(
	actor: Actor,
	deviceId: string,
	{ seq, text }: SyncRequest['mutations'][number],
): Sent {
	const hash = createHash('sha256').update(text).digest('hex');
	const mutation = parsedMutation(text) ?? unreadable(hash);
	return { actor, device: { id: deviceId, seq }, mutation, hash };
}

/** An id that follows from a text, so that the same again is known to be a repeat. */
export function idFrom(text: string): string {
	return idOfHash(createHash('sha256').update(text).digest('hex'));
}

function idOfHash(hash: string): string {
	const word = (index: number) => Number.parseInt(hash.slice(index * 8, index * 8 + 8), 16);
	return uuidV7(0, [word(0), word(1), word(2)]);
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
const unreadable = (hash: string): Mutation => ({
	id: idOfHash(hash),
	name: 'unreadable',
	version: 0,
	args: null,
	base: {},
	after: [],
	at: { wall: '1970-01-01T00:00:00.000Z', offsetMs: null, errorMs: null },
});
