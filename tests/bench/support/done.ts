import { randomBytes } from 'node:crypto';
import { uuidV7 } from '#sync/core/id.ts';
import { instantOf } from '#sync/core/time.ts';
import type { Mutation } from '#sync/protocol/sync.ts';

/** A fresh id, as a phone makes them. */
export function freshId(): string {
	const bytes = randomBytes(12);
	const words = [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8)] as const;
	return uuidV7(Date.now(), words);
}

/** A mutation as it lies in an outbox, done now by a phone whose clock is right. */
export const done = (name: string, args: unknown): Mutation => ({
	id: freshId(),
	name,
	version: 1,
	args,
	base: {},
	after: [],
	at: { wall: instantOf(Date.now()), offsetMs: 0, errorMs: 0 },
});

export const odometerKm = 12_000;
export const received = (bookingId: string): Mutation =>
	done('booking.receive', { bookingId, odometerKm });
