import type * as z from 'zod/mini';
import type { Actor, Role } from '#sync/core/actor.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Session } from '../auth/sessions.ts';
import type { House } from './house.ts';

type Method = 'GET' | 'POST' | 'PUT';
type Status = 200 | 201 | 202;
type MediaTypes = readonly [string, ...string[]];
/** Who may call a route at all; whose things he may touch is decided below, by the rules. */
export type Who = 'anyone' | 'signed_in' | readonly [Role, ...Role[]];
export type Schema = z.ZodMiniType;
export type Nothing = z.ZodMiniObject<Record<never, never>>;

/** What a route gets to see: parsed, and from somebody who may ask. */
export type Asked<
	P extends Schema = Schema,
	Q extends Schema = Schema,
	B extends Schema = Schema,
> = {
	readonly house: House;
	/** Without a session: nobody, with no grants. */
	readonly actor: Actor;
	readonly session: Session | null;
	readonly now: Instant;
	readonly params: z.output<P>;
	readonly query: z.output<Q>;
	readonly body: z.output<B>;
	readonly bytes: Uint8Array<ArrayBuffer>;
	/** The connection broke before the body was whole: `bytes` is what came. Only of `bodyTypes`. */
	readonly cut: boolean;
	/** Tears down a connection that takes nothing, if it still carries the answer to this. */
	readonly hangUp: () => void;
	readonly request: Request;
	/** The caller's network address, for limits. */
	readonly address: string;
};

export type Definition<P extends Schema, Q extends Schema, B extends Schema> = {
	readonly method: Method;
	/** As Hono writes it: `/api/bookings/:id`. */
	readonly path: string;
	readonly who: Who;
	/** One line for the description of the API. */
	readonly summary: string;
	readonly params?: P;
	readonly query?: Q;
	readonly body?: B;
	/** The body is bytes, not JSON, usually of these media types; nobody believes what it says it is. */
	readonly bodyTypes?: MediaTypes;
	readonly bodyBytesMax?: number;
	/** What a success looks like. */
	readonly answer: Schema;
	/** The answer is not JSON, but of one of these media types. */
	readonly answerTypes?: MediaTypes;
	readonly status?: Status;
	/** Successes of another kind, and what each means. */
	readonly otherwise?: Readonly<Partial<Record<Status, string>>>;
	/** Whether it takes an Idempotency-Key: all that change state through the one door. */
	readonly keyed?: boolean;
};

export type Route = Definition<Schema, Schema, Schema> & {
	readonly respond: (asked: Asked) => Promise<unknown>;
};
