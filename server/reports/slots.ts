import type { Store } from '#sync/core/mutator.ts';
import { Rejection } from '#sync/core/rejection.ts';
import { addDays, instantAt, type Day, type Instant } from '#sync/core/time.ts';
import { servicePrice, serviceType, type VehicleClass } from '#sync/shop/entity.ts';
import { itemsOf, needOf, type Need } from '#sync/shop/rules.ts';
import { freeStarts } from '#sync/slot/rules.ts';
import { loadFloor } from '#sync/slot/schedule.ts';
import type { Reads } from '../db/port.ts';
import { listed, named } from './reads.ts';
import { shopNamed } from './shops.ts';

export type SlotsWanted = {
	readonly shopId: string;
	readonly day: Day;
	readonly serviceTypeIds: readonly string[];
	readonly vehicleClass: VehicleClass;
	readonly now: Instant;
};

/** Work that begins late in the day may run on for this long; what is taken then counts too. */
const daysAhead = 3;

/** The starts of a day at which the shop can do these services, by the same rule as on a phone. */
export async function slotsShown(reads: Reads, wanted: SlotsWanted) {
	const { shopId, day, now } = wanted;
	const { zone } = await shopNamed(reads, shopId);
	const during = {
		from: instantAt(zone, addDays(day, -1), '00:00'),
		until: instantAt(zone, addDays(day, daysAhead), '00:00'),
	};
	const floor = await loadFloor(lookingAt(reads), shopId, during, now);
	const need = await needFor(reads, wanted);
	const starts = freeStarts({ ...floor, need, mode: 'drop_off', now }, day);
	return {
		asOf: now,
		slots: starts.map(({ startAt, endAt, workerIds }) => ({
			start: startAt,
			end: endAt,
			workers: workerIds.length,
		})),
	};
}

async function needFor(reads: Reads, wanted: SlotsWanted): Promise<Need> {
	const { shopId, serviceTypeIds, vehicleClass } = wanted;
	const services = await listed(reads, serviceType, { shopId, active: true, id: serviceTypeIds });
	const prices = await listed(reads, servicePrice, { shopId });
	return needOf(itemsOf(serviceTypeIds, services, prices, vehicleClass), services);
}

/** The database as rules look at it, without anything being about to change. */
const lookingAt = (reads: Reads): Pick<Store, 'get' | 'list'> => ({
	async get(entity, id) {
		const [row] = await named(reads, entity, [id]);
		if (row === undefined) throw new Rejection('not_found');
		return row;
	},
	list: (entity, equals, during) => listed(reads, entity, equals, during),
});
