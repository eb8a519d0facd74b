import type { SharedRowIn } from '#sync/core/entity.ts';
import { gstOf, sumPaise } from '#sync/core/money.ts';
import type { ServicePrice, ServiceType, shop, VehicleClass } from '#sync/shop/entity.ts';
import { itemsOf } from '#sync/shop/rules.ts';
import type { worker } from '#sync/worker/entity.ts';

/** A shop as it lies on a device: with its catalogue and its workers. */
export type ShopDoc = SharedRowIn<typeof shop> & {
	readonly services: readonly ServiceType[];
	readonly prices: readonly ServicePrice[];
	readonly workers: readonly SharedRowIn<typeof worker>[];
};

/** A service as it can be chosen: for this class of bike, with its own rate of GST. */
export type Offered = {
	readonly id: string;
	readonly name: string;
	readonly minutes: number;
	readonly pricePaise: number;
	readonly gstBps: number;
};

/** The catalogue this phone has, with the minutes and prices for one class of bike. */
export function servicesOf(shop: ShopDoc, vehicleClass: VehicleClass): readonly Offered[] {
	const ids = shop.services.filter((each) => each.active).map((each) => each.id);
	const items = itemsOf(ids, shop.services, shop.prices, vehicleClass);
	return items.map(({ serviceTypeId, ...item }) => ({ ...item, id: serviceTypeId }));
}

export const shownPaise = (service: Offered): number =>
	service.pricePaise + gstOf(service.pricePaise, service.gstBps);

export const togetherPaise = (services: readonly Offered[]): number =>
	sumPaise(services.map(shownPaise));
