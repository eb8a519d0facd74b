import { booking, type Booking } from '#sync/booking/entity.ts';
import { atMost } from '#sync/booking/read-mark.ts';
import type { Actor } from '#sync/core/actor.ts';
import { job, type Job } from '#sync/job/entity.ts';
import type { SyncRequest } from '#sync/protocol/sync.ts';
import { mutationOf } from './mutation-of.ts';
import { perform, type World } from './perform.ts';
import { idFrom } from './texts.ts';

type Seen = SyncRequest['seen'];

/**
 * Marks visits as read that were on a screen. Best effort: whatever the rules say to it, nobody is
 * told. Ids follow from who saw what, so that the same again costs nothing, and one on which the
 * rules crash is parked in the end and stops no phone.
 */
export async function noteSeen(world: World, actor: Actor, seen: Seen): Promise<void> {
	for (const each of await real(world, seen)) {
		const { bookingId, bookingVersion, jobVersion } = each;
		const what = `seen by ${actor.userId}: ${bookingId} ${bookingVersion} ${jobVersion}`;
		const mutation = mutationOf('booking.see', each, { id: idFrom(what), now: world.now() });
		await perform(world, [{ actor, mutation, hash: what }]);
	}
}

/**
 * What of it can have been seen: visits that are there, no newer than they are. A phone that makes
 * states up costs the log no line for each of them.
 */
async function real({ port }: World, seen: Seen): Promise<Seen> {
	if (seen.length === 0) return [];
	const ids = seen.map((each) => each.bookingId);
	const visits = (await port.read(booking, ids)) as unknown as Booking[];
	const jobs = (await port.list(job, { bookingId: ids })) as unknown as Job[];
	const jobVersions = new Map(jobs.map((each) => [each.bookingId, each.version]));
	const versions = new Map(
		visits.map(({ id, version }) => [
			id,
			{ bookingVersion: version, jobVersion: jobVersions.get(id) ?? 0 },
		]),
	);
	return seen.flatMap(({ bookingId, ...told }) => {
		const now = versions.get(bookingId);
		return now === undefined ? [] : [{ bookingId, ...atMost(told, now) }];
	});
}
