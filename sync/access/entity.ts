import { roles, type Grant } from '../core/actor.ts';
import { entity, id, instant, oneOf, optional, ref, type RowOf } from '../core/entity.ts';

/** Who may be what, for which shop or as which customer. Read at every request, kept in no session. */
export const roleGrant = entity(
	'role_grant',
	{
		id: id(),
		userId: ref('app_user'),
		role: oneOf(roles),
		shopId: optional(ref('shop')),
		workerId: optional(ref('worker')),
		customerId: optional(ref('customer')),
		grantedAt: instant(),
		revokedAt: optional(instant()),
	},
	{ home: null, indexes: [['userId']] },
);
export type RoleGrant = RowOf<(typeof roleGrant)['fields']>;

/** The grant as rules read it: without the fields that do not apply. */
export const grantOf = (row: RoleGrant): Grant => ({
	role: row.role,
	grantedAt: row.grantedAt,
	...(row.shopId === null ? {} : { shopId: row.shopId }),
	...(row.workerId === null ? {} : { workerId: row.workerId }),
	...(row.customerId === null ? {} : { customerId: row.customerId }),
	...(row.revokedAt === null ? {} : { revokedAt: row.revokedAt }),
});
