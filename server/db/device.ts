import {
	day,
	entity,
	id,
	instant,
	int,
	optional,
	ref,
	text,
	type RowOf,
} from '#sync/core/entity.ts';

/** A browser of a user, made on its first push. Another user's device id is refused. */
export const device = entity(
	'device',
	{
		id: id(),
		userId: ref('app_user'),
		/** The browser's own id: the same for every user of a shared phone. */
		browserId: ref('browser'),
		lastSeq: int(0, Number.MAX_SAFE_INTEGER),
		lastContact: instant(),
		pendingReported: int(0, 1_000_000),
		/** When it last had nothing waiting: what arrives next was done after that. */
		emptyAt: optional(instant()),
		/** `eff` of its last mutation: the next cannot have been done before. */
		lastEff: optional(instant()),
		/** How many reports, and things that nobody here knows, it sent on that day: a flood ends. */
		reportsOn: optional(day()),
		reportsCount: int(0, 1_000_000),
		clockOffsetMs: optional(int(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
		appBuild: text(80),
		/** It was signed off: nothing it sends is taken any more. */
		revokedAt: optional(instant()),
		/** The session it last used; null: its person signed out there. */
		sessionId: optional(ref('session')),
		/** Seals on the phone what it could not send, so that nobody else reads it there. */
		sealKey: optional(text(64)),
		/** When it was first heard: it is no witness of a role that had ended by then. */
		firstContact: instant(),
	},
	{ home: null, indexes: [['userId']] },
);
export type Device = RowOf<(typeof device)['fields']>;

/** How often a mutation crashed the server's rules; the third time it is parked. */
export const mutationCrash = entity(
	'mutation_crash',
	{ id: id(), count: int(1, 1_000), lastAt: instant(), error: text(300) },
	{ home: null },
);
export type MutationCrash = RowOf<(typeof mutationCrash)['fields']>;
