import type { Actor } from '#sync/core/actor.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import { device } from '#server/db/device.ts';
import { customerIdOf } from './builders.ts';
import { id } from './cast.ts';
import { aMutation, type Door } from './door.ts';
import type { TestPort } from './ports.ts';
import { aNewBike } from './requests.ts';

export const userOf = (actor: Actor): string => String(actor.userId);

/** What tests of people's devices do and look at, in the world that is open by then. */
export const looksAt = (world: () => { readonly test: TestPort; readonly door: Door }) => ({
	/** Adds a bike: it succeeds whenever it is taken. */
	aTap: () => aMutation('vehicle.add', aNewBike(), world().door.now),
	/** How many of these were taken. */
	bikesOf: async (actor: Actor) => {
		const bikes = await world().test.port.list(vehicle, { customerId: customerIdOf(actor) });
		return bikes.length - 1;
	},
	theDevice: async (n = 1) => (await world().test.port.read(device, [id('device', n)]))[0],
});
