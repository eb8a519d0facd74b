import * as z from 'zod/mini';
import { grantFor } from '../core/actor.ts';
import { parse } from '../core/entity.ts';
import { mutator } from '../core/mutator.ts';
import { movedTo, shopWindow } from './age-window.ts';
import { shop } from './entity.ts';
import './events.ts';

/**
 * A shop's day begins: its scopes let go of visits that are too long ago and take up those that have
 * come near. The stamp works out which (server/db/scopes.ts); however many days were missed, one
 * move makes up for all of them.
 */
export const ageShop = mutator({
	name: 'shop.age',
	version: 1,
	kind: 'request',
	by: ['system'],
	args: z.strictObject({ shopId: parse.id, day: parse.day }),
	shopOf: ({ shopId }) => ({ shopId }),
	where: 'server',
	offline: 'refuse',
	async run({ actor, at, store, tell }, { shopId, day }) {
		grantFor(actor, at, { system: true });
		const { zone } = await store.get(shop, shopId);
		const before = await store.find(shopWindow, shopId);
		const after = before ? movedTo(before, { day, zone }) : { id: shopId, day, zone };
		if (after === before) return { shopId };
		if (before) store.update(shopWindow, after);
		else store.insert(shopWindow, after);
		tell({ event: 'shop.aged', shopId, day, zone });
		return { shopId };
	},
});
