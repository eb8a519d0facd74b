import { grantOf, roleGrant, type RoleGrant } from '#sync/access/entity.ts';
import type { Actor } from '#sync/core/actor.ts';
import { derivedIds } from '#sync/core/id.ts';
import { addMinutes } from '#sync/core/time.ts';
import { plant } from '#server/db/plant.ts';
import type { Port } from '#server/db/port.ts';
import { mutationOf } from '#server/domain/mutation-of.ts';
import { perform, type World } from '#server/domain/perform.ts';
import {
	asha,
	ashasBike,
	castRows,
	divya,
	divyasBike,
	id,
	kiran,
	kiransBike,
	lakshmiMotors,
	monday,
	otherGarage,
	service,
} from '#tests/support/cast.ts';
import type { MemoryState } from '#server/db/memory.ts';
import { windowRows } from './nights.ts';
import type { Random } from './random.ts';

/** The town as it is before anybody wakes up. */
export const plantTown = (port: Port, random: Random): Promise<void> =>
	plant(port, [...castRows(), ...windowRows(random)]);

/** The day begins with a few visits agreed, so that there is work from the first tap on. */
export async function openingDay(world: World, random: Random): Promise<void> {
	const guests = [
		[asha, ashasBike, lakshmiMotors, service.wash],
		[kiran, kiransBike, lakshmiMotors, service.wash],
		[divya, divyasBike, random.pick([lakshmiMotors, otherGarage]), null],
	] as const;
	for (const [index, [actor, vehicleId, shopId, wanted]] of guests.entries()) {
		if (random.chance(0.2)) continue;
		const now = world.now();
		const startAt = addMinutes(monday, 30 + 30 * random.below(3));
		const serviceTypeId = wanted ?? (shopId === otherGarage ? service.other : service.wash);
		const args = { shopId, vehicleId, serviceTypeIds: [serviceTypeId], startAt };
		const hold = mutationOf('booking.request', args, { id: id('booking', 2 * index), now });
		const [held] = await perform(world, [{ actor, mutation: hold, hash: hold.id }]);
		const bookingId = String(held?.ids?.['bookingId']);
		const made = { id: id('booking', 2 * index + 1), now };
		const yes = mutationOf('booking.confirm', { bookingId }, made);
		await perform(world, [{ actor, mutation: yes, hash: yes.id }]);
	}
}

/** A person with his rights as the rows have them. */
export function actorIn({ tables }: MemoryState, userId: string): Actor {
	const rows = [...(tables.get(roleGrant.name)?.values() ?? [])] as never as RoleGrant[];
	return { userId, grants: rows.filter((each) => each.userId === userId).map(grantOf) };
}

/** Ids of the servers' own making, in every run the same. */
export const serversIds = (): (() => string) => derivedIds('servers', '2026-11-23T00:00:00.000Z');
