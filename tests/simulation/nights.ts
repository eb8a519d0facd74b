import { systemActor } from '#sync/core/actor.ts';
import type { AnyEntity, Row } from '#sync/core/entity.ts';
import { uuidV7 } from '#sync/core/id.ts';
import { addDays, localDay } from '#sync/core/time.ts';
import { shopWindow, type ShopWindow } from '#sync/shop/age-window.ts';
import { mutationOf } from '#server/domain/mutation-of.ts';
import { perform, type World } from '#server/domain/perform.ts';
import { lakshmiMotors, monday, otherGarage } from '#tests/support/cast.ts';
import type { Random } from './random.ts';

const zone = 'Asia/Kolkata';

/**
 * A shop's day begins, some days further on. No time passes by it: what its scopes show follows the
 * stored day alone, and a simulated day would be spent on phones that try to reach a server.
 */
export async function night(world: World, random: Random): Promise<void> {
	const shopId = random.chance(0.2) ? otherGarage : lakshmiMotors;
	const word = () => random.below(4_294_967_296);
	const words = [word(), word(), word()] as const;
	const ahead = random.below(6);
	const [window] = (await world.port.list(shopWindow, { id: shopId })) as unknown as ShopWindow[];
	const now = world.now();
	const day = addDays(window?.day ?? localDay(zone, now), ahead);
	const id = uuidV7(Date.parse(now), [...words]);
	const mutation = mutationOf('shop.age', { shopId, day }, { id, now });
	await perform(world, [{ actor: systemActor, mutation, hash: id }]);
}

/** The day from which the shop counts: none yet, this one, or one that is days behind. */
export function windowRows(random: Random): (readonly [AnyEntity, readonly Row[]])[] {
	if (random.chance(0.2)) return [];
	const day = addDays(localDay(zone, monday), random.pick([0, 0, -1, -8, -12]));
	return [[shopWindow, [{ id: lakshmiMotors, day, zone }]]];
}
