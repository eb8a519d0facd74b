import { isLive, type Actor } from '../core/actor.ts';
import { Rejection } from '../core/rejection.ts';
import type { Instant } from '../core/time.ts';

/** The customer this person is, at that time; `not_allowed` for who is none. */
export function ownCustomerId(actor: Actor, at: Instant): string {
	const own = actor.grants.find((grant) => grant.role === 'customer' && isLive(grant, at));
	if (own?.customerId === undefined) throw new Rejection('not_allowed');
	return own.customerId;
}
