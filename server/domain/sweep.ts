import { systemActor } from '#sync/core/actor.ts';
import { addMs, dayMs, localDay } from '#sync/core/time.ts';
import { shopWindow, type ShopWindow } from '#sync/shop/age-window.ts';
import { shop, type Shop } from '#sync/shop/entity.ts';
import { mutationOf } from './mutation-of.ts';
import { perform, type World } from './perform.ts';

/** A device that was away longer reads its scopes anew; one that was not is told what left. */
const goneDays = 35;
/** News is told so long, as the office sees visits. What had to be kept is in other tables. */
const newsDays = 30;

/** What has to be tidied about scopes now and then. One thing that fails keeps no other waiting. */
export async function sweepScopes(world: World, newId: () => string): Promise<void> {
	const { port } = world;
	const now = world.now();
	const failed = await ageShops(world, newId);
	await forgetOldNews(world);
	await port.sweepGone(addMs(now, -goneDays * dayMs));
	if (failed.length > 0) throw new AggregateError(failed, 'shops could not be swept');
}

/**
 * A shop whose days nobody counts yet (it is new, or a night's timer came to nothing) is set to
 * today, which also sets its next timer. Answers what went wrong.
 */
async function ageShops(world: World, newId: () => string): Promise<readonly unknown[]> {
	const { port } = world;
	const now = world.now();
	const shops = (await port.list(shop, {})) as unknown as Shop[];
	const windows = (await port.list(shopWindow, {})) as unknown as ShopWindow[];
	const dayOf = new Map(windows.map((each) => [each.id, each.day]));
	const failed: unknown[] = [];
	for (const { id: shopId, zone } of shops) {
		const day = localDay(zone, now);
		if ((dayOf.get(shopId) ?? '') >= day) continue;
		const mutation = mutationOf('shop.age', { shopId, day }, { id: newId(), now });
		const member = { actor: systemActor, mutation, hash: `sweep ${mutation.id}` };
		await perform(world, [member]).catch((error: unknown) => failed.push(error));
	}
	return failed;
}

async function forgetOldNews({ port, now, committed }: World): Promise<void> {
	const before = addMs(now(), -newsDays * dayMs);
	for (;;) {
		const heads = await port.forgetNews(before, now());
		if (Object.keys(heads).length === 0) return;
		committed(heads);
	}
}
