import { grantOf, roleGrant, type RoleGrant } from '#sync/access/entity.ts';
import type { Actor } from '#sync/core/actor.ts';
import type { Instant } from '#sync/core/time.ts';
import type { LogClaim, LogOutcome, Port, PortTransaction, Touch, Write } from '#server/db/port.ts';
import type { Database } from './database.ts';
import type { UnderWay } from './under-way.ts';

type Stamped = {
	readonly touches: readonly Touch[];
	readonly outcomes: readonly LogOutcome[];
	readonly now: Instant;
};

/** What one transaction of the server did, written down when it had committed. */
export type Commit =
	| {
			readonly kind: 'transaction';
			/** Ids that it took, in the order in which they were asked for. */
			claims: readonly LogClaim[];
			readonly writes: Write[];
			stamped: Stamped | null;
			/** As whom the mutations were performed. */
			readonly actor: Actor | null;
	  }
	| { readonly kind: 'swept'; readonly before: Instant };

/**
 * The port, and everything that was ever committed through it, in the order of the commits. A commit
 * whose caller never heard of it is one, too.
 */
export function recorded(
	port: Port,
	database: Database,
	underWay: UnderWay,
	journal: Commit[],
): Port {
	return {
		...port,
		list: async (...asked) => {
			const rows = await port.list(...asked);
			const [entity, { userId }] = asked;
			const task = underWay.current();
			if (task && entity.name === roleGrant.name && typeof userId === 'string')
				task.actor = { userId, grants: (rows as unknown as RoleGrant[]).map(grantOf) };
			return rows;
		},
		transaction: (work) =>
			port.transaction((tx) => {
				const actor = underWay.current()?.actor ?? null;
				const commit: Commit = {
					kind: 'transaction',
					claims: [],
					writes: [],
					stamped: null,
					actor,
				};
				database.onCommit(() => journal.push(commit));
				return work(watched(tx, commit));
			}),
		sweepGone: async (before) => {
			const count = await port.sweepGone(before);
			journal.push({ kind: 'swept', before });
			return count;
		},
	};
}

function watched(
	tx: PortTransaction,
	commit: Extract<Commit, { kind: 'transaction' }>,
): PortTransaction {
	return {
		...tx,
		claim: async (claims) => {
			const fresh = await tx.claim(claims);
			commit.claims = claims.filter((each) => fresh.has(each.id));
			return fresh;
		},
		flush: (writes) => {
			commit.writes.push(...writes);
			return tx.flush(writes);
		},
		stamp: (touches, outcomes, now) => {
			commit.stamped = { touches, outcomes, now };
			return tx.stamp(touches, outcomes, now);
		},
	};
}
