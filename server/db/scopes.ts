import { booking, type Booking } from '#sync/booking/entity.ts';
import {
	goneReason,
	scopesOfVisit,
	showsCustomer,
	visitEntities,
	type Visit,
} from '#sync/booking/scopes.ts';
import type { Row } from '#sync/core/entity.ts';
import { homeOf, type DocKey } from '#sync/core/document.ts';
import { scopeOf, type GoneReason, type Scope } from '#sync/core/scope.ts';
import {
	assignment,
	job,
	jobOffer,
	type Assignment,
	type Job,
	type JobOffer,
} from '#sync/job/entity.ts';
import type { Touch } from './port.ts';
import type { Change, Layer } from './store.ts';

/**
 * Which documents a mutation moved, in which scopes: what the stamp must write. A visit (booking,
 * job, bike, customer) enters and leaves a scope whole; inside a scope only what changed is stamped.
 * What is forgotten here, no phone ever hears of.
 */
export async function touchesOf(layer: Layer): Promise<readonly Touch[]> {
	const touches = new Touches();
	const changes = layer.changes();
	await touchVisits(layer, changes, touches);
	for (const change of changes) {
		if (change.entity.home === null || visitEntities.includes(change.entity.name)) continue;
		const key = homeOf(change.entity, change.after) as DocKey;
		for (const scope of await scopesOfDocument(layer, key, change)) touches.live(scope, key);
	}
	return touches.all();
}

/** Touches of one mutation: a document is in a scope or gone from it; being in it wins. */
class Touches {
	readonly #byKey = new Map<string, Touch>();

	live(scope: Scope, key: DocKey): void {
		this.#put({ scope, ...key, gone: null });
	}

	gone(scope: Scope, key: DocKey, reason: GoneReason): void {
		const known = this.#byKey.get(keyOf(scope, key));
		if (known === undefined) this.#put({ scope, ...key, gone: reason });
	}

	all(): readonly Touch[] {
		return [...this.#byKey.values()];
	}

	#put(touch: Touch): void {
		this.#byKey.set(keyOf(touch.scope, touch), touch);
	}
}

const keyOf = (scope: Scope, key: DocKey) => `${scope} ${key.collection}/${key.id}`;

async function touchVisits(
	layer: Layer,
	changes: readonly Change[],
	touches: Touches,
): Promise<void> {
	const changed = changes.filter((each) => visitEntities.includes(each.entity.name));
	const ids = new Set<string>();
	for (const each of changed) ids.add(await bookingIdOf(layer, each));
	for (const id of ids) await touchVisit(layer, id, changes, touches);
}

async function touchVisit(
	layer: Layer,
	bookingId: string,
	changes: readonly Change[],
	touches: Touches,
): Promise<void> {
	const after = await visitOf(layer, bookingId);
	const before = beforeOf(after, changes);
	const now = scopesOfVisit(after);
	const earlier = before ? scopesOfVisit(before) : new Set<Scope>();
	const own = changedKeys(after, changes);
	for (const scope of now) {
		const keys = earlier.has(scope) ? own : keysOf(after, scope);
		for (const key of keys) touches.live(scope, key);
	}
	for (const scope of earlier) {
		if (now.has(scope)) continue;
		const kept = await keptByOthers(layer, after, scope);
		for (const key of keysOf(after, scope))
			if (!kept.has(`${key.collection}/${key.id}`)) touches.gone(scope, key, goneReason(after));
	}
}

async function bookingIdOf(layer: Layer, { entity, after }: Change): Promise<string> {
	if (entity.name === 'booking') return after.id;
	if ('bookingId' in after) return String(after['bookingId']);
	const work = await layer.store.get(job, String(after['jobId']));
	return work.bookingId;
}

async function visitOf(layer: Layer, bookingId: string): Promise<Visit> {
	const { store } = layer;
	const [work = null] = await store.list(job, { bookingId });
	const jobId = work?.id;
	return {
		booking: await store.get(booking, bookingId),
		job: work,
		assignments: jobId === undefined ? [] : await store.list(assignment, { jobId }),
		offers: jobId === undefined ? [] : await store.list(jobOffer, { jobId }),
	};
}

/** The visit before this mutation; rows never move to another visit. Null: it was not there. */
function beforeOf(after: Visit, changes: readonly Change[]): Visit | null {
	const changed = new Map(changes.map((each) => [each.after.id, each]));
	const earlier = <T extends Row>(row: T): T | null => {
		const change = changed.get(row.id);
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

/** The documents a visit brings into a scope. */
function keysOf(visit: Visit, scope: Scope): DocKey[] {
	const keys: DocKey[] = [
		{ collection: 'bookings', id: visit.booking.id },
		{ collection: 'vehicles', id: visit.booking.vehicleId },
	];
	if (visit.job) keys.push({ collection: 'jobs', id: visit.job.id });
	if (showsCustomer(scope)) keys.push({ collection: 'people', id: visit.booking.customerId });
	return keys;
}

function changedKeys(visit: Visit, changes: readonly Change[]): DocKey[] {
	const ids = new Set([visit.booking.id, visit.job?.id]);
	const keys = changes
		.filter((each) => visitEntities.includes(each.entity.name))
		.map((each) => homeOf(each.entity, each.after) as DocKey)
		.filter((key) => ids.has(key.id));
	return [...new Map(keys.map((key) => [`${key.collection}/${key.id}`, key])).values()];
}

/** The bike and the customer of a leaving visit that stay, as another visit still brings them. */
async function keptByOthers(layer: Layer, leaving: Visit, scope: Scope): Promise<Set<string>> {
	const { vehicleId, customerId, id } = leaving.booking;
	const kept = new Set<string>();
	const ofBike = await visitsWhere(layer, { vehicleId });
	const ofCustomer = await visitsWhere(layer, { customerId });
	const others = (visits: readonly Visit[]) =>
		visits.some((each) => each.booking.id !== id && scopesOfVisit(each).has(scope));
	if (others(ofBike)) kept.add(`vehicles/${vehicleId}`);
	if (others(ofCustomer)) kept.add(`people/${customerId}`);
	return kept;
}

async function visitsWhere(
	layer: Layer,
	which: { readonly vehicleId?: string; readonly customerId?: string },
): Promise<Visit[]> {
	const { store } = layer;
	const bookings = await store.list(booking, which);
	if (bookings.length === 0) return [];
	const jobs = await store.list(job, { bookingId: bookings.map((each) => each.id) });
	const jobId = jobs.map((each) => each.id);
	const assignments = jobId.length === 0 ? [] : await store.list(assignment, { jobId });
	const offers = jobId.length === 0 ? [] : await store.list(jobOffer, { jobId });
	return bookings.map((each) => {
		const work = jobs.find((some) => some.bookingId === each.id) ?? null;
		return {
			booking: each,
			job: work,
			assignments: assignments.filter((some) => some.jobId === work?.id),
			offers: offers.filter((some) => some.jobId === work?.id),
		};
	});
}

/** Scopes of a document that is no part of a visit, before and after this change. */
async function scopesOfDocument(layer: Layer, key: DocKey, change: Change): Promise<Set<Scope>> {
	switch (key.collection) {
		case 'shops':
			return new Set([scopeOf.floor(key.id), scopeOf.catalog(key.id)]);
		case 'vehicles': {
			const owner = scopeOf.customer(String(change.after['customerId']));
			return broughtBy(await visitsWhere(layer, { vehicleId: key.id }), owner, () => true);
		}
		case 'people': {
			const own = scopeOf.customer(key.id);
			return broughtBy(await visitsWhere(layer, { customerId: key.id }), own, showsCustomer);
		}
		case 'notices':
			return new Set([scopeOfNotice(change.after)]);
		case 'bookings':
		case 'jobs':
			throw new Error(`${key.collection} are parts of visits`);
	}
}

function broughtBy(
	visits: readonly Visit[],
	own: Scope,
	shown: (scope: Scope) => boolean,
): Set<Scope> {
	const brought = visits.flatMap((each) => [...scopesOfVisit(each)]).filter(shown);
	return new Set([own, ...brought]);
}

function scopeOfNotice(row: Row): Scope {
	const { customerId, workerId, shopId } = row as Record<string, string | null>;
	if (customerId) return scopeOf.customer(customerId);
	if (workerId) return scopeOf.worker(workerId);
	return scopeOf.office(String(shopId));
}
