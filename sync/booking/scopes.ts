import { keyText, type DocKey } from '../core/document.ts';
import type { AnyEntity } from '../core/entity.ts';
import { scopeOf, type GoneReason, type Scope } from '../core/scope.ts';
import { addDays, instantAt, localDay, type Day, type Instant } from '../core/time.ts';
import type { Assignment, Job, JobOffer } from '../job/entity.ts';
import type { ShopWindow } from '../shop/age-window.ts';
import type { Booking } from './entity.ts';

/** A booking and all that belongs to it: what enters and leaves a scope together. */
export type Visit = {
	readonly booking: Booking;
	readonly job: Job | null;
	readonly assignments: readonly Assignment[];
	readonly offers: readonly JobOffer[];
};

/** A document in a scope. */
export type Place = { readonly scope: Scope; readonly key: DocKey };

/** A booking that was never confirmed is the customer's alone. */
const shownToShop: readonly Booking['status'][] = [
	'confirmed',
	'received',
	'closed',
	'cancelled',
	'no_show',
];
/** The work is his, or was until it was done. */
const shownToWorker: readonly Assignment['state'][] = ['planned', 'accepted', 'working', 'done'];
/** The bike is on its way or there: whoever works on it may know whose it is. */
const openBookings: readonly Booking['status'][] = ['confirmed', 'received'];
const openJobs: readonly Job['status'][] = ['pending', 'in_progress', 'extra_repair_found'];

/** How many days a shop's scopes show before and after the day they count from; null: all. */
const span = {
	floor: { back: 1, ahead: 7 },
	worker: { back: 30, ahead: null },
	office: { back: 30, ahead: null },
} as const;
type Kind = keyof typeof span;

/** The scopes in which a visit is to be seen; without a window, visits of all days are. */
export function scopesOfVisit(visit: Visit, window: ShopWindow | null): Set<Scope> {
	const { booking, assignments, offers } = visit;
	const scopes = new Set<Scope>([scopeOf.customer(booking.customerId)]);
	if (!shownToShop.includes(booking.status)) return scopes;
	if (isInside(visit, 'floor', window)) scopes.add(scopeOf.floor(booking.shopId));
	if (isInside(visit, 'office', window)) scopes.add(scopeOf.office(booking.shopId));
	if (!isInside(visit, 'worker', window)) return scopes;
	for (const each of assignments)
		if (shownToWorker.includes(each.state)) scopes.add(scopeOf.worker(each.workerId));
	for (const each of offers) if (each.status === 'sent') scopes.add(scopeOf.worker(each.workerId));
	return scopes;
}

/** Every document that a visit brings, in every scope it is to be seen in, by its text. */
export function placesOfVisit(visit: Visit, window: ShopWindow | null): Map<string, Place> {
	const places = new Map<string, Place>();
	for (const scope of scopesOfVisit(visit, window))
		for (const key of keysOf(visit, scope)) places.set(placeText(scope, key), { scope, key });
	return places;
}

export const placeText = (scope: Scope, key: DocKey): string => `${scope} ${keyText(key)}`;

/** Why a document that the visit brought before has left a scope. */
export function goneReason(after: Visit, scope: Scope, window: ShopWindow | null): GoneReason {
	if (scopesOfVisit(after, window).has(scope)) return 'moved';
	if (scopesOfVisit(after, null).has(scope)) return 'aged';
	if (after.booking.status === 'expired') return 'expired';
	if (after.booking.status === 'cancelled') return 'cancelled';
	return 'reassigned';
}

/**
 * The times in which visits begin that leave or enter a scope when the window moves. Null: there
 * was no window, or days were told in another zone, so that any visit may.
 */
export function timesMoved(
	before: ShopWindow | null,
	after: ShopWindow,
): readonly { readonly from: Instant; readonly until: Instant }[] | null {
	if (before === null || before.zone !== after.zone) return null;
	const days = Object.values(span).flatMap(({ back, ahead }) =>
		ahead === null ? [-back] : [-back, ahead + 1],
	);
	const midnight = (of: Day, days: number) => instantAt(after.zone, addDays(of, days), '00:00');
	return [...new Set(days)].map((each) => ({
		from: midnight(before.day, each),
		until: midnight(after.day, each),
	}));
}

/** Entities of which a visit consists. */
export const visitEntities: readonly AnyEntity['name'][] = [
	'booking',
	'booking_line',
	'read_mark',
	'job',
	'assignment',
	'job_offer',
	'worker_time',
];

/** A bike that stands in the garage is lost to nobody there, however long that may be. */
function isInside({ booking }: Visit, kind: Kind, window: ShopWindow | null): boolean {
	if (window === null || booking.status === 'received') return true;
	const day = localDay(window.zone, booking.startAt);
	const { back, ahead } = span[kind];
	if (day < addDays(window.day, -back)) return false;
	return ahead === null || day <= addDays(window.day, ahead);
}

/** The documents that a visit brings into a scope. */
function keysOf(visit: Visit, scope: Scope): DocKey[] {
	const { id, vehicleId, customerId } = visit.booking;
	const keys: DocKey[] = [
		{ collection: 'bookings', id },
		{ collection: 'vehicles', id: vehicleId },
	];
	if (visit.job) keys.push({ collection: 'jobs', id: visit.job.id });
	if (showsCustomer(visit, scope)) keys.push({ collection: 'people', id: customerId });
	return keys;
}

/** The floor is shown no customer, a worker only as long as the work is his and not done. */
function showsCustomer({ booking, job }: Visit, scope: Scope): boolean {
	if (scope.endsWith(':floor')) return false;
	if (!scope.startsWith('worker:')) return true;
	const worked = job !== null && !openJobs.includes(job.status);
	return openBookings.includes(booking.status) && !worked;
}
