import { refuseUnless, Rejection } from './rejection.ts';
import type { Instant } from './time.ts';

export const roles = ['customer', 'worker', 'owner', 'admin', 'system'] as const;
export type Role = (typeof roles)[number];

/** What a person may be: a role, for a shop or as a customer, from when until when. */
export type Grant = {
	readonly role: Role;
	readonly shopId?: string;
	readonly workerId?: string;
	readonly customerId?: string;
	readonly grantedAt: Instant;
	readonly revokedAt?: Instant;
};

/** Who performs a mutation. The clock has no user and the grant `system`. */
export type Actor = { readonly userId: string | null; readonly grants: readonly Grant[] };

export const systemActor: Actor = {
	userId: null,
	grants: [{ role: 'system', grantedAt: '1970-01-01T00:00:00.000Z' }],
};

/**
 * Which grants would do, by the id each must be for: the shop for staff, the customer for customers.
 * Roles that are not named may not.
 */
export type Wanted = {
	readonly customer?: string;
	readonly worker?: string;
	readonly owner?: string;
	readonly admin?: true;
	readonly system?: true;
};

export const isLive = (grant: Grant, at: Instant): boolean =>
	grant.grantedAt <= at && (grant.revokedAt === undefined || at < grant.revokedAt);

/**
 * The actor's grant that allows this, live at the time of the act; otherwise `not_found`, the same
 * answer as for what does not exist, so that nobody learns which ids are real.
 */
export function grantFor(actor: Actor, at: Instant, wanted: Wanted): Grant {
	const grant = actor.grants.find((each) => isLive(each, at) && covers(each, wanted));
	if (!grant) throw new Rejection('not_found');
	return grant;
}

/** Whether the actor has any live grant of these roles at all; `not_allowed` if not. */
export function requireRole(actor: Actor, at: Instant, allowed: readonly Role[]): void {
	const has = actor.grants.some((each) => isLive(each, at) && allowed.includes(each.role));
	refuseUnless(has, 'not_allowed');
}

function covers(grant: Grant, wanted: Wanted): boolean {
	switch (grant.role) {
		case 'customer':
			return wanted.customer !== undefined && grant.customerId === wanted.customer;
		case 'worker':
			return wanted.worker !== undefined && grant.shopId === wanted.worker;
		case 'owner':
			return wanted.owner !== undefined && grant.shopId === wanted.owner;
		case 'admin':
			return wanted.admin === true;
		case 'system':
			return wanted.system === true;
	}
}
