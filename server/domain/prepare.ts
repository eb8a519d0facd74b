import type * as z from 'zod/mini';
import { isLive, type Actor } from '#sync/core/actor.ts';
import type { AnyMutator, Ids, Store } from '#sync/core/mutator.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Mutation } from '#sync/protocol/sync.ts';
import { mutatorNamed } from '#sync/registry.ts';

/** One mutation on its way through the door. */
export type Member = {
	readonly actor: Actor;
	readonly device?: { readonly id: string; readonly seq: number };
	readonly mutation: Mutation;
	/** SHA-256 (hex) of the bytes as they were sent: a repeat must match. */
	readonly hash: string;
	/** Builds a route's answer from the outcome, before it is written; kept for repeats. */
	readonly answer?: (store: Store, ids: Ids) => Promise<unknown>;
};

/** A member whose name and arguments have been looked at, and what is wrong with them, if anything. */
export type Prepared = { readonly member: Member } & (
	| { readonly mutator: AnyMutator; readonly args: unknown; readonly problem: null }
	| { readonly mutator: null; readonly args: null; readonly problem: 'unknown' }
	| { readonly mutator: null; readonly args: null; readonly problem: 'not_understood' }
);

/**
 * Names and arguments come from outside: a name must be the registry's own, arguments must parse.
 * What this server does not know yet (a name, a newer version) is `unknown` and waits for a newer
 * one; what it knows and cannot read is refused.
 */
export function prepare(member: Member): Prepared {
	const { name, version, args } = member.mutation;
	if (version < 1) return { member, mutator: null, args: null, problem: 'not_understood' };
	const mutator = mutatorNamed(name);
	if (mutator === null || version > mutator.version)
		return { member, mutator: null, args: null, problem: 'unknown' };
	const parser = mutator.args as z.ZodMiniType;
	const parsed = parser.safeParse(args);
	if (!parsed.success) return { member, mutator: null, args: null, problem: 'not_understood' };
	return { member, mutator, args: parsed.data, problem: null };
}

/**
 * The actor as a rule may see him. A report is judged by the grants of the time it was done; a
 * request asks now, so only grants that are live now count, whenever the phone says it was made.
 */
export function actorFor(mutator: AnyMutator, actor: Actor, now: Instant, at: Instant): Actor {
	if (mutator.kind === 'report') return actor;
	const live = actor.grants.filter((each) => isLive(each, now));
	return { ...actor, grants: live.map((each) => ({ ...each, grantedAt: at })) };
}
