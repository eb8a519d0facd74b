import type { LogClaim, LogOutcome } from '#server/db/port.ts';
import { idOf, ids } from './sample-garage.ts';

/** Lines of the log as `perform` would write them; a test fills in what it is about. */

export const aClaim = (over: Partial<LogClaim> = {}): LogClaim => ({
	id: idOf(200),
	userId: ids.user,
	deviceId: idOf(130),
	seq: 1,
	name: 'job.start',
	version: 1,
	args: { jobId: ids.job, nested: [{ deep: null }] },
	requestHash: 'a'.repeat(64),
	at: '2026-11-23T04:30:00.000Z',
	receivedAt: '2026-11-23T04:31:00.123Z',
	effLo: '2026-11-23T04:29:00.000Z',
	eff: '2026-11-23T04:30:00.500Z',
	...over,
});

export const anOutcome = (over: Partial<LogOutcome> = {}): LogOutcome => ({
	id: idOf(200),
	status: 'applied',
	refusal: null,
	answer: null,
	scopes: [],
	...over,
});
