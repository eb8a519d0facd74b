import * as z from 'zod/mini';
import { isLive, type Actor, type Grant } from '#sync/core/actor.ts';
import { newestArgs, type AnyMutator, type Ids, type Store } from '#sync/core/mutator.ts';
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

/** What a mutation's name and arguments say, and what is wrong with them, if anything. */
type Reading =
	| { readonly mutator: AnyMutator; readonly args: unknown; readonly problem: null }
	| { readonly mutator: null; readonly args: null; readonly problem: 'unknown' }
	| { readonly mutator: null; readonly args: null; readonly problem: 'not_understood' }
	| { readonly mutator: null; readonly args: null; readonly problem: 'withdrawn' };

/** A member whose name and arguments have been looked at. */
export type Prepared = { readonly member: Member } & Reading;

/** What a phone sends in place of what its person took back before it was sent. */
const withdrawal = { version: 1, args: z.strictObject({}) };

/**
 * Names and arguments come from outside: a name must be the registry's own, arguments must parse.
 * What this server does not know yet (a name, a newer version) is `unknown` and waits for a newer
 * one; what it knows and cannot read is refused. Arguments
 * of older versions are raised to the newest.
 */
export function readingOf({ name, version, args }: Mutation): Reading {
	const without = (problem: 'not_understood' | 'unknown' | 'withdrawn'): Reading => ({
		mutator: null,
		args: null,
		problem,
	});
	if (version < 1) return without('not_understood');
	const mutator = mutatorNamed(name);
	const known = name === 'withdrawn' ? withdrawal : mutator;
	if (known === null || version > known.version) return without('unknown');
	const read = newestArgs(known, version, args);
	if (read === null) return without('not_understood');
	if (mutator === null) return without('withdrawn');
	return { mutator, args: read.args, problem: null };
}

export const prepare = (member: Member): Prepared => ({ member, ...readingOf(member.mutation) });

/** The times that a mutation is judged by. */
export type Judged = {
	readonly now: Instant;
	/** When it was done, as far as it is believed. */
	readonly at: Instant;
	/** Since when what it came from is known: its device, or else itself. */
	readonly knownSince: Instant;
};

/**
 * The actor as a rule may see him. A report is judged by the grants of the time it was done, but a
 * grant that had ended before its device was known is none: only a device that was there can tell. A
 * request asks now, so only grants that are live now count, whenever the phone says it was made.
 */
export function actorFor(
	mutator: AnyMutator,
	actor: Actor,
	{ now, at, knownSince }: Judged,
): Actor {
	if (mutator.kind === 'report') {
		const ended = ({ revokedAt }: Grant) => revokedAt !== undefined && revokedAt <= knownSince;
		return { ...actor, grants: actor.grants.filter((each) => !ended(each)) };
	}
	const live = actor.grants.filter((each) => isLive(each, now));
	return { ...actor, grants: live.map((each) => ({ ...each, grantedAt: at })) };
}
