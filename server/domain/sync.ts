import type { Actor } from '#sync/core/actor.ts';
import { refuseUnless } from '#sync/core/rejection.ts';
import type { SyncAnswer, SyncRequest } from '#sync/protocol/sync.ts';
import { actorOf } from './access.ts';
import { deviceFor, lostWith, noteContact, type Caller } from './devices.ts';
import { newsFor } from './news.ts';
import { ackOf, outcomeOf } from './outcome.ts';
import type { World } from './perform.ts';
import { push } from './push.ts';
import { noteSeen } from './seen.ts';

/** Where nobody signs in: a simulated world, or a test of the door alone. */
const nobodyKnown: Caller = {
	sessionId: null,
	newSealKey: () => null,
	isSignedIn: () => Promise.resolve(true),
	mayBegin: () => Promise.resolve(),
};

/**
 * One round trip of a device: takes what it did, answers what became of it and what is new. Push
 * comes first, so that what was just accepted comes back in the same answer and settles there.
 */
export async function sync(
	world: World,
	actor: Actor,
	request: SyncRequest,
	caller = nobodyKnown,
): Promise<SyncAnswer> {
	const { install, era } = await world.port.installation();
	const sameInstall = request.install === null || request.install === install;
	const sameData = request.install === install && request.era === era;
	// From before a restore: it reads nothing of this answer but the era, and asks again. A straggler
	// whose phone has long been answered would be done a second time, and perhaps end otherwise.
	const isTaken = request.install === null || sameData;
	const userId = String(actor.userId);
	const known = await deviceFor(world, userId, request, caller);
	const lost = await lostWith(world, known, request);

	async function actorNow(): Promise<Actor> {
		refuseUnless(await caller.isSignedIn(), 'not_signed_in');
		return actorOf(world.port, userId);
	}
	const pushed = isTaken
		? await push(world, actor, request, known, actorNow)
		: { acks: [], lastSeq: known.lastSeq };
	// Rights may have ended while a long batch was performed: nothing is told to who he was then.
	const present = pushed.acks.length > 0 ? await actorNow() : actor;
	if (sameInstall) await noteSeen(world, present, request.seen);
	await noteContact(world, known, request, caller, pushed.acks.length);

	return {
		install,
		era,
		now: world.now(),
		...pushed,
		...lost,
		...(await verdictsOn(world, userId, request.asking)),
		...(await newsFor(world, present, request, sameData)),
	};
}

/** How those of this person's mutations have ended that waited when they were last spoken of. */
async function verdictsOn(
	world: World,
	userId: string,
	ids: readonly string[],
): Promise<Pick<SyncAnswer, 'verdicts'>> {
	const entries = await world.port.entries(ids);
	const ended = entries.filter((each) => each.userId === userId && each.status !== 'parked');
	if (ended.length === 0) return {};
	return { verdicts: ended.map((each) => ackOf(outcomeOf(each), each.seq ?? 0)) };
}
