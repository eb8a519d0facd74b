import type { AnyEntity } from '../core/entity.ts';
import { scopeOf, type GoneReason, type Scope } from '../core/scope.ts';
import type { Assignment, Job, JobOffer } from '../job/entity.ts';
import type { Booking } from './entity.ts';

/** A booking and all that belongs to it: what enters and leaves a scope together. */
export type Visit = {
	readonly booking: Booking;
	readonly job: Job | null;
	readonly assignments: readonly Assignment[];
	readonly offers: readonly JobOffer[];
};

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

/** The scopes in which a visit is to be seen. */
export function scopesOfVisit(visit: Visit): Set<Scope> {
	const { booking, assignments, offers } = visit;
	const scopes = new Set<Scope>([scopeOf.customer(booking.customerId)]);
	if (!shownToShop.includes(booking.status)) return scopes;
	scopes.add(scopeOf.floor(booking.shopId));
	scopes.add(scopeOf.office(booking.shopId));
	for (const each of assignments)
		if (shownToWorker.includes(each.state)) scopes.add(scopeOf.worker(each.workerId));
	for (const each of offers) if (each.status === 'sent') scopes.add(scopeOf.worker(each.workerId));
	return scopes;
}

/** Whether a scope shows the customer of a visit: the floor does not. */
export const showsCustomer = (scope: Scope): boolean => !scope.endsWith(':floor');

/** Why a visit left a scope it was in. */
export function goneReason(after: Visit): GoneReason {
	if (after.booking.status === 'expired') return 'expired';
	if (after.booking.status === 'cancelled') return 'cancelled';
	return 'reassigned';
}

/** Entities of which a visit consists. */
export const visitEntities: readonly AnyEntity['name'][] = [
	'booking',
	'booking_line',
	'job',
	'assignment',
	'job_offer',
	'worker_time',
];
