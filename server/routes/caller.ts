import { randomBytes } from 'node:crypto';
import type { Caller } from '../domain/devices.ts';
import type { Asked } from './definition.ts';

/** Of a key that seals a phone's work with AES-256. */
const sealKeyBytes = 32;

/** What the door wants to know of the connection behind a request. */
export function callerOf({ house, session }: Pick<Asked, 'house' | 'session'>): Caller {
	if (session === null) throw new Error('signed in without a session');
	const { id } = session;
	return {
		sessionId: id,
		newSealKey: () => randomBytes(sealKeyBytes).toString('base64url'),
		isSignedIn: async () => (await house.signIn.sessions.liveAmong([id])).has(id),
	};
}
