import type { Ids } from '#sync/core/mutator.ts';
import type { Extras, Refusal } from '#sync/core/rejection.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Ack, Status } from '#sync/protocol/sync.ts';
import type { LogClaim, LogEntry } from '../db/port.ts';
import type { Parked } from './one.ts';
import type { Prepared } from './prepare.ts';

/** What became of a mutation, as its sender is told. */
export type Outcome = {
	readonly id: string;
	readonly status: Status;
	readonly refusal?: Refusal;
	readonly extras?: Extras;
	readonly ids?: Ids;
	readonly answer?: unknown;
	readonly effects: Readonly<Record<Scope, number>>;
};

type Ended = Pick<LogEntry, 'id' | 'status' | 'refusal' | 'answer' | 'effects'>;
type StoredAnswer = Pick<Outcome, 'ids' | 'extras' | 'answer'>;
type StoredParking = { readonly parked?: Parked };

/** An outcome as the log has it. What a parked one waits for is the server's own business. */
export function outcomeOf({ id, status, refusal, answer, effects }: Ended): Outcome {
	const stored = status === 'parked' ? {} : ((answer ?? {}) as StoredAnswer);
	return { id, status, effects, ...stored, ...(refusal === null ? {} : { refusal }) };
}

/** What a parked mutation waits for; null for all others. */
export const parkedOf = ({ status, answer }: Ended): Parked | null =>
	status === 'parked' ? ((answer as StoredParking | null)?.parked ?? null) : null;

/**
 * The first answer again; but only to the same user and for the same bytes. A withdrawal has other
 * bytes than what it takes back: had that arrived after all, its person is told what came of it.
 */
export function repeated({ problem }: Prepared, claim: LogClaim, entry: LogEntry): Outcome {
	const same = entry.requestHash === claim.requestHash || problem === 'withdrawn';
	if (entry.userId === claim.userId && same) return outcomeOf(entry);
	return { id: claim.id, status: 'refused', refusal: 'key_reused', effects: {} };
}

/** An outcome as a phone is told, under the number it has there. */
export function ackOf({ id, status, refusal, extras, effects }: Outcome, seq: number): Ack {
	return {
		id,
		seq,
		status,
		effects: { ...effects },
		...(refusal === undefined ? {} : { refusal }),
		...(extras === undefined || Object.keys(extras).length === 0 ? {} : { extras: { ...extras } }),
	};
}
