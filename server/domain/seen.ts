import type { Actor } from '#sync/core/actor.ts';
import type { SyncRequest } from '#sync/protocol/sync.ts';
import { mutationOf } from './mutation-of.ts';
import { perform, type World } from './perform.ts';
import { idFrom } from './texts.ts';

/**
 * Marks visits as read that were on a screen. Best effort: whatever the rules say to it, nobody is
 * told. Ids follow from who saw what, so that the same again costs nothing, and one on which the
 * rules crash is parked in the end and stops no phone.
 */
export async function noteSeen(
	world: World,
	actor: Actor,
	seen: SyncRequest['seen'],
): Promise<void> {
	for (const each of seen) {
		const { bookingId, bookingVersion, jobVersion } = each;
		const what = `seen by ${actor.userId}: ${bookingId} ${bookingVersion} ${jobVersion}`;
		const mutation = mutationOf('booking.see', each, { id: idFrom(what), now: world.now() });
		await perform(world, [{ actor, mutation, hash: what }]);
	}
}
