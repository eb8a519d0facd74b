import { Rejection } from '#sync/core/rejection.ts';
import { syncRequest, type SyncAnswer } from '#sync/protocol/sync.ts';
import { actorOf } from '#server/domain/access.ts';
import { RuleCrash } from '#server/domain/crashes.ts';
import type { Caller } from '#server/domain/devices.ts';
import { sync } from '#server/domain/sync.ts';
import type { Actor } from '#sync/core/actor.ts';
import { statusOf } from '#server/routes/problem.ts';
import type { Instance } from './instances.ts';
import { demand } from './invariants.ts';
import type { Answered } from './network.ts';
import { checkPrivacy } from './privacy.ts';
import type { Store } from './store.ts';
import { isWeather, Killed } from './weather.ts';

/** A sign-in of somebody on a phone. */
export type Session = {
	readonly id: string;
	readonly userId: string;
	/** How often it may still be asked in the middle of a batch; null: it does not end by itself. */
	askedLeft: number | null;
	isAlive: boolean;
};

export type Answering = {
	readonly store: Store;
	readonly broken: (error: unknown) => void;
	/** The texts that phones sent, for replaying them. */
	readonly note: (text: string) => void;
	/** A planted bug: rights are those of the sign-in. */
	readonly actorKept?: ((userId: string) => Actor) | undefined;
};

/** One request at one server process. Null: it died over it. */
export async function answer(
	{ store, broken, note, actorKept }: Answering,
	{ world }: Instance,
	session: Session,
	wire: string,
): Promise<Answered | null> {
	try {
		if (!session.isAlive) return problem('not_signed_in');
		const request = syncRequest.parse(JSON.parse(wire));
		for (const { text } of request.mutations) note(text);
		const before = store.state();
		const { userId } = session;
		const actor = actorKept?.(userId) ?? (await actorOf(world.port, userId));
		const told = await sync(world, actor, request, callerOf(session));
		checkAcks(store, told);
		checkPrivacy([before, store.state()], world.now(), userId, told);
		return { status: 200, text: JSON.stringify(told) };
	} catch (error) {
		if (error instanceof Killed) return null;
		if (error instanceof Rejection) return problem(error.code);
		if (!isWeather(error) && !(error instanceof RuleCrash)) broken(error);
		return { status: 503, text: JSON.stringify({ code: 'unavailable' }) };
	}
}

const problem = (code: Rejection['code']): Answered => ({
	status: statusOf[code],
	text: JSON.stringify({ code }),
});

const callerOf = (session: Session): Caller => ({
	sessionId: session.id,
	newSealKey: () => null,
	isSignedIn: async () => {
		if (session.askedLeft !== null && (session.askedLeft -= 1) < 0) session.isAlive = false;
		return session.isAlive;
	},
	mayBegin: async () => undefined,
});

/** What a phone is told to be done, is done: in the log, with that very end. */
function checkAcks(store: Store, { acks, era }: SyncAnswer): void {
	if (era !== store.era()) return; // It went back in time while this was said.
	const { log } = store.state();
	for (const ack of acks) {
		const entry = log.get(ack.id);
		const isReused = ack.refusal === 'key_reused';
		demand(entry !== undefined, 'what is acknowledged is in the log', ack);
		demand(
			isReused || ack.status === 'parked' || entry?.status === ack.status,
			'what is acknowledged is what happened',
			{ ack, entry },
		);
	}
}
