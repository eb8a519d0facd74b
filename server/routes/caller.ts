import { randomBytes } from 'node:crypto';
import type { Limit } from '../auth/rate-limit.ts';
import type { Caller } from '../domain/devices.ts';
import type { Asked } from './definition.ts';
import { tooMany } from './problem.ts';

/** Of a key that seals a phone's work with AES-256. */
const sealKeyBytes = 32;
/** Devices that a person may begin: each may report as much in a day as any other, and stays. */
const devicesPerDay: Limit = { max: 100, seconds: 86_400 };

/** What the door wants to know of the connection behind a request. */
export function callerOf({ house, session }: Pick<Asked, 'house' | 'session'>): Caller {
	if (session === null) throw new Error('signed in without a session');
	const { id, userId, phone } = session;
	const { signIn } = house;
	return {
		sessionId: id,
		newSealKey: () => randomBytes(sealKeyBytes).toString('base64url'),
		isSignedIn: async () => (await signIn.sessions.liveAmong([id])).has(id),
		async mayBegin() {
			// In the demo one person is whoever enters as him.
			if (phone !== null && signIn.isCast(phone)) return;
			const seconds = await signIn.limits.take(`begin ${userId}`, devicesPerDay);
			if (seconds > 0) throw tooMany(seconds);
		},
	};
}
