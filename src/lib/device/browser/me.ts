import * as z from 'zod/mini';
import { roles, type Actor, type Grant } from '#sync/core/actor.ts';
import { parse } from '#sync/core/entity.ts';

/** Answer of `GET /api/me`: who is signed in, and as what. */
export const meAnswer = z.object({
	user: z.object({
		id: parse.id,
		name: z.string(),
		phone: z.nullable(z.string()),
		locale: z.string(),
	}),
	roles: z.array(
		z.object({
			role: z.enum(roles),
			shopId: z.optional(parse.id),
			workerId: z.optional(parse.id),
			customerId: z.optional(parse.id),
		}),
	),
});
export type Me = z.output<typeof meAnswer>;

/**
 * The actor as this phone's rules see him. Since when his grants hold is the server's to judge: here
 * they count as held all along, so that nothing is refused that the server might allow.
 */
export const actorOf = (me: Me): Actor => ({
	userId: me.user.id,
	grants: me.roles.map(({ role, shopId, workerId, customerId }): Grant => ({
		role,
		grantedAt: '1970-01-01T00:00:00.000Z',
		...(shopId === undefined ? {} : { shopId }),
		...(workerId === undefined ? {} : { workerId }),
		...(customerId === undefined ? {} : { customerId }),
	})),
});
