import type { Role } from '#sync/core/actor.ts';
import type { Me } from '#lib/device/browser/me.ts';

type Roles = Me['roles'];

const order = ['admin', 'owner', 'worker', 'customer'] as const satisfies readonly Role[];
export type ScreenRole = (typeof order)[number];

/** As whom the start page greets a person who is several things: the widest view first. */
export const mainRole = (roles: Roles): ScreenRole | null =>
	order.find((each) => roles.some(({ role }) => role === each)) ?? null;

export const hasRole = (roles: Roles, wanted: ScreenRole): boolean =>
	roles.some(({ role }) => role === wanted);

/** The worker someone is, per shop; a person may be one at two shops. */
export const workerIdsOf = (roles: Roles): readonly string[] =>
	roles.flatMap(({ role, workerId }) => (role === 'worker' && workerId ? [workerId] : []));

/** Shops where someone works with bikes or owns the place. */
export const shopIdsOf = (roles: Roles): readonly string[] =>
	roles.flatMap(({ role, shopId }) => (role !== 'customer' && shopId ? [shopId] : []));
