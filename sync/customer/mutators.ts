import * as z from 'zod/mini';
import { roleGrant, type RoleGrant } from '../access/entity.ts';
import { grantFor } from '../core/actor.ts';
import { parse } from '../core/entity.ts';
import { mutator, type Context } from '../core/mutator.ts';
import { customer, type Customer } from './entity.ts';
import './events.ts';

const phone = z.string().check(z.regex(/^\+[1-9]\d{7,14}$/));

/**
 * Makes a signed-in person a customer, once. Whoever proved that a phone number is his takes over
 * the card a shop made for it at the counter, with its visits. A card that is another user's keeps
 * its number: numbers change hands, and visits must not.
 */
export const registerCustomer = mutator({
	name: 'customer.register',
	version: 1,
	kind: 'request',
	by: ['system'],
	args: z.strictObject({ userId: parse.id, name: parse.text(80), phone: z.nullable(phone) }),
	shopOf: () => null,
	where: 'server',
	offline: 'refuse',
	async run(ctx, { userId, name, phone: number }) {
		grantFor(ctx.actor, ctx.at, { system: true });
		const own = await liveGrants(ctx, { userId });
		if (own[0]?.customerId) return { customerId: own[0].customerId };

		const [card] = number === null ? [] : await cardsOf(ctx, number);
		const isOpen =
			card !== undefined && (await liveGrants(ctx, { customerId: card.id })).length === 0;
		const customerId = isOpen ? card.id : ctx.newId();
		if (!isOpen)
			ctx.store.insert(customer, {
				id: customerId,
				name,
				phone: card === undefined ? number : null,
				createdByShopId: null,
				mergedInto: null,
				createdAt: ctx.now,
			});
		ctx.store.insert(roleGrant, grantRow(ctx, userId, customerId));
		ctx.tell({ event: 'customer.registered', customerId });
		return { customerId };
	},
});

const liveGrants = async (
	{ store }: Context,
	whose: { userId: string } | { customerId: string },
): Promise<readonly RoleGrant[]> => {
	const rows = await store.list(roleGrant, { ...whose, role: 'customer' });
	return rows.filter((each) => each.revokedAt === null);
};

const cardsOf = async ({ store }: Context, number: string): Promise<readonly Customer[]> => {
	const cards = await store.list(customer, { phone: number });
	return cards.filter((each) => each.mergedInto === null);
};

const grantRow = (ctx: Context, userId: string, customerId: string): RoleGrant => ({
	id: ctx.newId(),
	userId,
	role: 'customer',
	shopId: null,
	workerId: null,
	customerId,
	grantedAt: ctx.now,
	revokedAt: null,
});
