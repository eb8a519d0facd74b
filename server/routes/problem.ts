import { Rejection, type Extras, type Refusal } from '#sync/core/rejection.ts';

/** The HTTP status of every refusal. One not listed here does not compile. */
export const statusOf: Readonly<Record<Refusal, 400 | 401 | 403 | 404 | 409 | 429>> = {
	not_found: 404,
	not_allowed: 403,
	not_understood: 400,
	not_signed_in: 401,
	id_taken: 409,
	key_reused: 409,
	wrong_state: 409,
	not_assigned: 409,
	already_taken: 409,
	offer_expired: 409,
	nobody_free: 409,
	slot_taken: 409,
	slot_past: 409,
	slot_too_far: 409,
	shop_paused: 409,
	hold_expired: 409,
	vehicle_busy: 409,
	worker_busy: 409,
	too_many_bookings: 409,
	plate_taken: 409,
	plate_unreadable: 400,
	skill_missing: 409,
	needs_network: 409,
	depends_on: 409,
	no_tokens: 409,
	too_many_reports: 429,
	too_many_attempts: 429,
	device_revoked: 403,
};

/** What only a request over HTTP can get wrong, or meet. */
const edgeStatusOf = {
	malformed: 400,
	wrong_code: 400,
	wrong_origin: 403,
	wrong_offset: 409,
	hash_mismatch: 409,
	method_not_allowed: 405,
	too_large: 413,
	not_json: 415,
	not_image: 415,
	unavailable: 503,
	parked: 503,
} as const;
type EdgeCode = keyof typeof edgeStatusOf;
export type Code = Refusal | EdgeCode;

const titles: Partial<Record<Code, string>> = {
	not_found: 'There is no such thing, or it is not yours.',
	not_allowed: 'Your role may not do this.',
	not_understood: 'The request does not say what is needed.',
	not_signed_in: 'Sign in first.',
	malformed: 'The request is malformed.',
	wrong_code: 'The code is wrong or has run out.',
	wrong_origin: 'The request comes from a page of another site.',
	wrong_offset: 'The next part begins elsewhere.',
	hash_mismatch: 'The bytes do not have that SHA-256: begin again.',
	method_not_allowed: 'This address does not know that method.',
	too_large: 'The request is too large.',
	not_json: 'The request must be application/json.',
	not_image: 'Only JPEG, PNG and WebP images are taken.',
	unavailable: 'The server cannot do this just now. Try again.',
	parked: 'This was received and waits for a person to look at it.',
};

/** Thrown by the edge of the server; refusals of the rules are a `Rejection`. */
export class Problem extends Error {
	override readonly name = 'Problem';
	readonly code: Code;
	readonly extras: Extras;
	readonly headers: Readonly<Record<string, string>>;

	constructor(code: Code, extras: Extras = {}, headers: Readonly<Record<string, string>> = {}) {
		super(code);
		this.code = code;
		this.extras = extras;
		this.headers = headers;
	}
}

/** Too often: says when to come again. */
export const tooMany = (retryAfterSeconds: number): Rejection =>
	new Rejection('too_many_attempts', { retryAfterSeconds });

/** When to come again if nobody knows better: 429 and 503 always say. */
const retrySeconds = 5;

/** An answer that says no, as RFC 9457 has it: a code for programs, a title for people. */
export function problem({ code, extras, headers }: Problem): Response {
	const status = code in statusOf ? statusOf[code as Refusal] : edgeStatusOf[code as EdgeCode];
	const title = titles[code] ?? code.replaceAll('_', ' ');
	const known = extras['retryAfterSeconds'];
	const seconds = typeof known === 'number' ? known : retrySeconds;
	const again = status === 429 || status === 503 ? { 'Retry-After': String(seconds) } : {};
	return Response.json(
		{ ...extras, type: `/docs#${code}`, title, status, code },
		{
			status,
			headers: { ...again, ...headers, 'Content-Type': 'application/problem+json; charset=utf-8' },
		},
	);
}
