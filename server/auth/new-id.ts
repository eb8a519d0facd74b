import { randomBytes } from 'node:crypto';
import { uuidV7 } from '#sync/core/id.ts';

/** A new id of the server's own: the wall clock's time and randomness. */
export function newId(wallMs: number): string {
	const words = randomBytes(12);
	return uuidV7(wallMs, [words.readUInt32BE(0), words.readUInt32BE(4), words.readUInt32BE(8)]);
}
