import type { Reads } from '../db/port.ts';
import { listed, named } from './reads.ts';
import { Rejection } from '#sync/core/rejection.ts';
import {
	servicePrice,
	serviceType,
	shop,
	shopHours,
	type Shop,
	type VehicleClass,
} from '#sync/shop/entity.ts';
import { itemsOf } from '#sync/shop/rules.ts';

export type Position = { readonly lat: number; readonly lng: number };

/** What anybody may see: shops that work, and those that pause. */
const shownStatuses: readonly Shop['status'][] = ['active', 'paused'];

/** Shops that anybody may see, nearest first when we know where from, else by name. */
export async function shopsShown(
	reads: Reads,
	{ near, q }: { readonly near: Position | undefined; readonly q: string | undefined },
) {
	const rows = await listed(reads, shop, { status: shownStatuses });
	const wanted = rows.filter((each) => q === undefined || isAbout(each, q));
	const found = wanted.map((each) => ({
		id: each.id,
		name: each.name,
		status: each.status,
		// Ratings come with the first rated visit; until then a shop has none, which is not zero.
		rating: null,
		...distanceOf(each, near),
	}));
	return found.sort(
		(a, b) =>
			(a.distanceKm ?? Number.POSITIVE_INFINITY) - (b.distanceKm ?? Number.POSITIVE_INFINITY) ||
			a.name.localeCompare(b.name),
	);
}

/** A shop with its catalogue, minutes and prices as they are for a class of vehicle, and its hours. */
export async function shopShown(reads: Reads, shopId: string, vehicleClass: VehicleClass) {
	const row = await shopNamed(reads, shopId);
	const [services, prices, hours] = await Promise.all([
		listed(reads, serviceType, { shopId, active: true }),
		listed(reads, servicePrice, { shopId }),
		listed(reads, shopHours, { shopId }),
	]);
	const { id, name, status, pausedUntil, address, pin, lat, lng, phone, zone } = row;
	return {
		shop: { id, name, status, rating: null, pausedUntil, address, pin, lat, lng, phone, zone },
		services: itemsOf(
			services.map((each) => each.id),
			services,
			prices,
			vehicleClass,
		).map(({ serviceTypeId, ...rest }) => ({ id: serviceTypeId, ...rest })),
		hours: hours
			.map(({ weekday, opens, closes }) => ({ weekday, opens, closes }))
			.sort((a, b) => a.weekday - b.weekday || a.opens.localeCompare(b.opens)),
	};
}

/** A shop that anybody may see, or `not_found`. */
export async function shopNamed(reads: Reads, shopId: string): Promise<Shop> {
	const [row] = await named(reads, shop, [shopId]);
	if (!row || !shownStatuses.includes(row.status)) throw new Rejection('not_found');
	return row;
}

const isAbout = ({ name, address, pin }: Shop, q: string): boolean =>
	`${name} ${address} ${pin}`.toLowerCase().includes(q.toLowerCase());

const earthKm = 6371;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

function distanceOf({ lat, lng }: Shop, near: Position | undefined): { distanceKm?: number } {
	if (near === undefined || lat === null || lng === null) return {};
	const chord =
		Math.sin(radians(lat - near.lat) / 2) ** 2 +
		Math.cos(radians(lat)) *
			Math.cos(radians(near.lat)) *
			Math.sin(radians(lng - near.lng) / 2) ** 2;
	return { distanceKm: Math.round(2 * earthKm * Math.asin(Math.sqrt(chord)) * 10) / 10 };
}
