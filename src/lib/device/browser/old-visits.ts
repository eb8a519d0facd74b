import { addMs, dayMs } from '#sync/core/time.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';

const keptMs = 7 * dayMs;
const overStatuses = ['closed', 'cancelled', 'no_show', 'expired'];

/**
 * Makes room on a full phone: visits that ended more than a week ago can be asked of the server, the
 * next tap cannot. What unsettled work speaks of stays. Whether there was anything to forget.
 */
export async function forgetOldVisits(
	store: Pick<DeviceStore, 'books' | 'docs' | 'write'>,
): Promise<boolean> {
	const { place, outbox } = await store.books();
	if (place.syncedAt === null) return false;
	const before = addMs(place.syncedAt, -keptMs);
	const isPending = (id: string) => outbox.some(({ text }) => text.includes(id));

	const jobOf = new Map(
		(await store.docs('jobs')).map((job) => [String(job['bookingId']), job.id]),
	);
	const over = (await store.docs('bookings')).filter(
		({ id, status, endAt }) =>
			overStatuses.includes(String(status)) &&
			String(endAt) < before &&
			![id, jobOf.get(id)].some((each) => each !== undefined && isPending(each)),
	);
	if (over.length === 0) return false;
	const jobs = over.flatMap(({ id }) => jobOf.get(id) ?? []);
	await store.write('jobs', [], jobs);
	await store.write(
		'bookings',
		[],
		over.map(({ id }) => id),
	);
	return true;
}
