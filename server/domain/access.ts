import { grantOf, roleGrant, type RoleGrant } from '#sync/access/entity.ts';
import { booking, type Booking } from '#sync/booking/entity.ts';
import { isLive, type Actor, type Grant, type Role } from '#sync/core/actor.ts';
import { scopeOf, type Scope } from '#sync/core/scope.ts';
import { addMs, dayMs, type Instant } from '#sync/core/time.ts';
import type { Reads } from '../db/port.ts';

/** A customer's phone keeps the catalogue of the shops he was at lately, this many at most. */
const catalogsMax = 3;
const catalogDays = 180;

/** The person behind a session, with his grants as they are now: they are kept in no session. */
export async function actorOf(reads: Reads, userId: string): Promise<Actor> {
	const rows = (await reads.list(roleGrant, { userId })) as unknown as RoleGrant[];
	return { userId, grants: rows.map(grantOf) };
}

/** The scopes that an actor's devices may follow now. An admin follows none: he asks online. */
export async function scopesFor(reads: Reads, actor: Actor, now: Instant): Promise<Scope[]> {
	const live = actor.grants.filter((each) => isLive(each, now));
	const scopes = await Promise.all(live.map((each) => scopesOfGrant(reads, each, now)));
	return [...new Set(scopes.flat())].sort();
}

/** The scopes that an actor's devices may have followed once, whatever became of his grants. */
export async function scopesOnce(reads: Reads, actor: Actor, now: Instant): Promise<Scope[]> {
	const scopes = await Promise.all(actor.grants.map((each) => scopesOfGrant(reads, each, now)));
	return scopes.flat();
}

async function scopesOfGrant(reads: Reads, grant: Grant, now: Instant): Promise<Scope[]> {
	const { role, shopId, workerId, customerId } = grant;
	if (role === 'customer' && customerId !== undefined) {
		const shops = await shopsLately(reads, customerId, now);
		return [scopeOf.customer(customerId), ...shops.map(scopeOf.catalog)];
	}
	if (shopId === undefined) return [];
	if (role === 'owner') return [scopeOf.floor(shopId), scopeOf.office(shopId)];
	if (role !== 'worker' || workerId === undefined) return [];
	return [scopeOf.worker(workerId), scopeOf.floor(shopId)];
}

/** Whether he may know what the office of a shop knows. */
export const isOffice = (actor: Actor, shopId: string, now: Instant): boolean =>
	actor.grants.some(
		(each) =>
			isLive(each, now) &&
			(each.role === 'admin' || (each.role === 'owner' && each.shopId === shopId)),
	);

/** As whom an actor sees what a scope brings. */
export function roleIn(actor: Actor, scope: Scope, now: Instant): Role {
	const [kind, id] = scope.split(':');
	if (kind === 'customer' || kind === 'catalog') return 'customer';
	if (kind === 'worker') return 'worker';
	const owns = actor.grants.some(
		(each) => each.role === 'owner' && each.shopId === id && isLive(each, now),
	);
	return owns ? 'owner' : 'worker';
}

async function shopsLately(reads: Reads, customerId: string, now: Instant): Promise<string[]> {
	const since = addMs(now, -catalogDays * dayMs);
	const rows = (await reads.list(booking, { customerId })) as unknown as Booking[];
	const latest = rows
		.filter((each) => each.createdAt >= since)
		.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
	return [...new Set(latest.map((each) => each.shopId))].slice(0, catalogsMax);
}
