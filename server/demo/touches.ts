import { scopesOfVisit, showsCustomer } from '#sync/booking/scopes.ts';
import { scopeOf, type Scope } from '#sync/core/scope.ts';
import { addMs, dayMs, type Instant } from '#sync/core/time.ts';
import type { Touch } from '../db/port.ts';
import { customerId, customerNumbers } from './cast.ts';
import type { VisitRows } from './visit.ts';

/** How far back and ahead a scope shows visits; a customer's own shows them all. */
const windowDays = { floor: [1, 7], worker: [7, 30], office: [30, 90] } as const;

/**
 * Which documents phones will find in which scope: what the door would have stamped, had all this
 * really happened. Each scope moves once.
 */
export function touchesOf(
	visits: readonly VisitRows[],
	shopIds: readonly string[],
	vehicleIds: ReadonlyMap<string, string>,
	now: Instant,
): Touch[] {
	const touches = new Map<string, Touch>();
	const live = (scope: Scope, collection: Touch['collection'], id: string) =>
		touches.set(`${scope} ${collection} ${id}`, { scope, collection, id, gone: null });
	for (const id of shopIds) {
		live(scopeOf.floor(id), 'shops', id);
		live(scopeOf.catalog(id), 'shops', id);
	}
	for (const number of customerNumbers)
		live(scopeOf.customer(customerId(number)), 'people', customerId(number));
	for (const [id, owner] of vehicleIds) live(scopeOf.customer(owner), 'vehicles', id);
	for (const { booking, job, assignment, offers } of visits) {
		const visit = { booking, job, assignments: [assignment], offers };
		for (const scope of scopesOfVisit(visit)) {
			if (!isShown(scope, booking.startAt, now)) continue;
			live(scope, 'bookings', booking.id);
			live(scope, 'jobs', job.id);
			live(scope, 'vehicles', booking.vehicleId);
			if (showsCustomer(scope)) live(scope, 'people', booking.customerId);
		}
	}
	return [...touches.values()];
}

function isShown(scope: Scope, startAt: Instant, now: Instant): boolean {
	const [kind, , part] = scope.split(':');
	const days = kind === 'worker' ? windowDays.worker : windowDays[part as 'floor' | 'office'];
	if (kind === 'customer') return true;
	const [back, ahead] = days;
	return startAt >= addMs(now, -back * dayMs) && startAt <= addMs(now, ahead * dayMs);
}
