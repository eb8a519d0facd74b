/**
 * Every reason to refuse. Screens translate the code into words; nobody parses a message.
 * The HTTP status of each lives in one table, `server/routes/problem.ts`.
 */
export const refusals = [
	'not_found',
	'not_allowed',
	'not_understood',
	'not_signed_in',
	'id_taken',
	'key_reused',
	'wrong_state',
	'not_assigned',
	'already_taken',
	'offer_expired',
	'nobody_free',
	'slot_taken',
	'slot_past',
	'slot_too_far',
	'shop_paused',
	'hold_expired',
	'vehicle_busy',
	'worker_busy',
	'too_many_bookings',
	'plate_taken',
	'plate_unreadable',
	'skill_missing',
	'needs_network',
	'depends_on',
	'no_tokens',
	'too_many_reports',
	'too_many_attempts',
	'device_revoked',
] as const;
export type Refusal = (typeof refusals)[number];

/** What a refusal carries beside its code, for example the three nearest free slots. */
export type Extras = Readonly<Record<string, unknown>>;

/** An expected "no" from the rules. Whatever else is thrown is a bug or an outage. */
export class Rejection extends Error {
	override readonly name = 'Rejection';
	readonly code: Refusal;
	readonly extras: Extras;

	constructor(code: Refusal, extras: Extras = {}) {
		super(code);
		this.code = code;
		this.extras = extras;
	}
}

/** Guards read as what must hold: `refuseUnless(job.status === 'pending', 'wrong_state')`. */
export function refuseUnless(
	condition: boolean,
	code: Refusal,
	extras: Extras = {},
): asserts condition {
	if (!condition) throw new Rejection(code, extras);
}

/** For what cannot be: a failed assertion is a bug, never an answer to a user. */
export function assert(condition: boolean, why: string): asserts condition {
	if (!condition) throw new Error(`impossible: ${why}`);
}
