import { booking, type Booking } from '#sync/booking/entity.ts';
import type { Visit } from '#sync/booking/scopes.ts';
import type { Row } from '#sync/core/entity.ts';
import type { Equals } from '#sync/core/mutator.ts';
import {
	assignment,
	job,
	jobOffer,
	type Assignment,
	type Job,
	type JobOffer,
} from '#sync/job/entity.ts';
import type { Change, Layer } from './store.ts';

/** Whole visits of the bookings that are like this. */
export async function visitsWhere(layer: Layer, which: Equals<Booking>): Promise<readonly Visit[]> {
	return visitsOf(layer, await layer.store.list(booking, which));
}

/** Whole visits of these bookings. */
export async function visitsById(layer: Layer, ids: readonly string[]): Promise<readonly Visit[]> {
	const { store } = layer;
	const [id] = ids;
	if (id === undefined) return [];
	if (ids.length === 1) return visitsOf(layer, [await store.get(booking, id)]);
	return visitsOf(layer, await store.list(booking, { id: ids }));
}

async function visitsOf({ store }: Layer, bookings: readonly Booking[]): Promise<readonly Visit[]> {
	if (bookings.length === 0) return [];
	const jobs = await store.list(job, { bookingId: oneOrAll(bookings) });
	if (jobs.length === 0)
		return bookings.map((each) => ({ booking: each, job: null, assignments: [], offers: [] }));
	const jobId = oneOrAll(jobs);
	const jobOf = new Map(jobs.map((each) => [each.bookingId, each]));
	const assignments = Map.groupBy(await store.list(assignment, { jobId }), (each) => each.jobId);
	const offers = Map.groupBy(await store.list(jobOffer, { jobId }), (each) => each.jobId);
	return bookings.map((each) => {
		const work = jobOf.get(each.id) ?? null;
		return {
			booking: each,
			job: work,
			assignments: (work && assignments.get(work.id)) ?? [],
			offers: (work && offers.get(work.id)) ?? [],
		};
	});
}

/** The booking to whose visit a changed row belongs. */
export async function bookingIdOf(layer: Layer, { entity, after }: Change): Promise<string> {
	if (entity.name === 'booking') return after.id;
	if ('bookingId' in after) return String(after['bookingId']);
	const work = await layer.store.get(job, String(after['jobId']));
	return work.bookingId;
}

/** The visit before these changes; rows never move to another visit. Null: it was not there. */
export function visitBefore(after: Visit, changes: ReadonlyMap<string, Change>): Visit | null {
	const earlier = <T extends Row>(row: T): T | null => {
		const change = changes.get(row.id);
		return change ? (change.before as T | null) : row;
	};
	const earlierOnes = <T extends Row>(rows: readonly T[]) =>
		rows.map(earlier).filter((each) => each !== null);
	const before = earlier(after.booking as Booking & Row);
	if (before === null) return null;
	return {
		booking: before,
		job: after.job && earlier(after.job as Job & Row),
		assignments: earlierOnes(after.assignments as readonly (Assignment & Row)[]),
		offers: earlierOnes(after.offers as readonly (JobOffer & Row)[]),
	};
}

/** A single id as mutators ask for it: the unit of work then has the answer already. */
function oneOrAll(rows: readonly { readonly id: string }[]): string | readonly string[] {
	const [first] = rows;
	return rows.length === 1 && first ? first.id : rows.map((each) => each.id);
}
