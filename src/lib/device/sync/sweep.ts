import type { Actor } from '#sync/core/actor.ts';
import type { Doc } from '#sync/core/document.ts';
import { dayMs, addMs, type Instant } from '#sync/core/time.ts';
import { referredIn, type Touched } from './leaving.ts';
import type { DeviceStore } from './store.ts';

/** So long after a visit its customer may still be rung. */
const keptMs = dayMs;

/**
 * Takes the customers of visits that ended long ago off a worker's phone, without asking anybody: a
 * phone that lies in a drawer without network must not keep names and numbers for ever. Owners keep
 * them, a customer keeps himself, and nothing goes that unsettled work refers to.
 */
export async function sweepCustomers(
	store: DeviceStore,
	actor: Actor,
	touched: Touched,
	now: Instant,
): Promise<readonly string[]> {
	if (actor.grants.some(({ role }) => role === 'owner' || role === 'admin')) return [];
	const visits = await store.docs('bookings');
	const open = visits.filter((visit) => !endedBefore(visit, addMs(now, -keptMs)));
	const { outbox } = await store.books();
	const kept = new Set([
		...open.map(customerOf),
		...actor.grants.map(({ customerId }) => customerId),
		...referredIn(outbox, touched),
	]);
	// Whose visits are not here may have visits that are just arriving.
	const known = new Set(visits.map(customerOf));
	const people = (await store.docs('people')).map(({ id }) => id);
	const gone = people.filter((id) => known.has(id) && !kept.has(id));
	if (gone.length > 0) await store.write('people', [], gone);
	return gone;
}

const customerOf = (visit: Doc): string => String(visit['customerId']);

function endedBefore(visit: Doc, limit: Instant): boolean {
	const endedAt = endOf(visit);
	return endedAt !== null && endedAt < limit;
}

function endOf(visit: Doc): Instant | null {
	switch (visit['status']) {
		case 'closed':
			return instantIn(visit, 'closedAt');
		case 'cancelled':
			return instantIn(visit, 'cancelledAt');
		case 'no_show':
		case 'expired':
			return instantIn(visit, 'endAt');
		default:
			return null;
	}
}

const instantIn = (visit: Doc, field: string): Instant | null =>
	typeof visit[field] === 'string' ? visit[field] : null;
