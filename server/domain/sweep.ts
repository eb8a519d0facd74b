import { systemActor } from '#sync/core/actor.ts';
import { addMs, dayMs, localDay } from '#sync/core/time.ts';
import { shopWindow, type ShopWindow } from '#sync/shop/age-window.ts';
import { shop, type Shop } from '#sync/shop/entity.ts';
import { mutationOf } from './mutation-of.ts';
import { perform, type World } from './perform.ts';

/** A device that was away longer reads its scopes anew; one that was not is told what left. */
const goneDays = 35;

/**
 * What has to be tidied about scopes now and then. A shop whose days nobody counts yet (it is new,
 * or a night's timer came to nothing) is set to today, which also sets its next timer.
 */
export async function sweepScopes(world: World, newId: () => string): Promise<void> {
	const { port } = world;
	const now = world.now();
	const shops = (await port.list(shop, {})) as unknown as Shop[];
	const windows = (await port.list(shopWindow, {})) as unknown as ShopWindow[];
	const dayOf = new Map(windows.map((each) => [each.id, each.day]));
	for (const { id: shopId, zone } of shops) {
		const day = localDay(zone, now);
		if ((dayOf.get(shopId) ?? '') >= day) continue;
		const mutation = mutationOf('shop.age', { shopId, day }, { id: newId(), now });
		await perform(world, [{ actor: systemActor, mutation, hash: `sweep ${mutation.id}` }]);
	}
	await port.sweepGone(addMs(now, -goneDays * dayMs));
}
