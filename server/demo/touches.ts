import { placesOfVisit } from '#sync/booking/scopes.ts';
import type { DocKey } from '#sync/core/document.ts';
import { scopeOf, type Scope } from '#sync/core/scope.ts';
import type { ShopWindow } from '#sync/shop/age-window.ts';
import type { Touch } from '../db/port.ts';
import { customerId, customerNumbers } from './cast.ts';
import type { VisitRows } from './visit.ts';

/**
 * Which documents phones will find in which scope: what the door would have stamped, had all this
 * really happened. Each scope moves once.
 */
export function touchesOf(
	visits: readonly VisitRows[],
	windows: readonly ShopWindow[],
	vehicleIds: ReadonlyMap<string, string>,
): Touch[] {
	const touches = new Map<string, Touch>();
	const live = (scope: Scope, { collection, id }: DocKey) =>
		touches.set(`${scope} ${collection} ${id}`, { scope, collection, id, gone: null });
	for (const { id } of windows) {
		live(scopeOf.floor(id), { collection: 'shops', id });
		live(scopeOf.catalog(id), { collection: 'shops', id });
	}
	for (const id of customerNumbers.map(customerId))
		live(scopeOf.customer(id), { collection: 'people', id });
	for (const [id, owner] of vehicleIds)
		live(scopeOf.customer(owner), { collection: 'vehicles', id });
	const windowOf = new Map(windows.map((each) => [each.id, each]));
	for (const { booking, job, assignment, offers } of visits) {
		const visit = { booking, job, assignments: [assignment], offers };
		const window = windowOf.get(booking.shopId) ?? null;
		for (const { scope, key } of placesOfVisit(visit, window).values()) live(scope, key);
	}
	return [...touches.values()];
}
