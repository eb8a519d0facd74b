import { Rejection } from '../core/rejection.ts';
import type { Instant } from '../core/time.ts';
import type { ServicePrice, ServiceType, Shop, Skill, VehicleClass } from './entity.ts';

/** What a visit asks of a worker: minutes on the bike, minutes after it, and what he must be able to do. */
export type Need = {
	readonly minutes: number;
	readonly bufferMinutes: number;
	readonly skills: readonly Skill[];
};

/** One service for one bike, as it will stand on the booking whatever the catalogue says later. */
export type Item = {
	readonly serviceTypeId: string;
	readonly name: string;
	readonly minutes: number;
	readonly pricePaise: number;
	readonly gstBps: number;
};

const always: Instant = '1970-01-01T00:00:00.000Z';

/**
 * From when on the shop takes new work: always while it is active, after its pause when that has an
 * end, and null when nobody knows. A pause ends by itself, so that no clock has to lift it in time.
 */
export function servingFrom(shop: Pick<Shop, 'status' | 'pausedUntil'>): Instant | null {
	if (shop.status === 'active') return always;
	return shop.status === 'paused' ? shop.pausedUntil : null;
}

/** Whether work may begin there at that time, as far as the shop's own state goes. */
export function isServing(shop: Pick<Shop, 'status' | 'pausedUntil'>, startAt: Instant): boolean {
	const from = servingFrom(shop);
	return from !== null && from <= startAt;
}

/**
 * What was asked for, with the minutes and the price for that class of vehicle: its own price line,
 * else the catalogue's. What the shop does not offer is `not_found`.
 */
export function itemsOf(
	serviceTypeIds: readonly string[],
	services: readonly ServiceType[],
	prices: readonly ServicePrice[],
	vehicleClass: VehicleClass,
): readonly Item[] {
	return serviceTypeIds.map((serviceTypeId) => {
		const service = services.find((each) => each.id === serviceTypeId && each.active);
		if (!service) throw new Rejection('not_found');
		const special = prices.find(
			(each) => each.serviceTypeId === serviceTypeId && each.class === vehicleClass,
		);
		const { minutes, pricePaise } = special ?? service;
		const { name, gstBps } = service;
		return { serviceTypeId, name, minutes, pricePaise, gstBps };
	});
}

/**
 * The whole need of a visit: minutes of all lines, the longest buffer once (the bay is cleared once),
 * and every skill that any line asks for.
 */
export function needOf(
	lines: readonly Pick<Item, 'serviceTypeId' | 'minutes'>[],
	services: readonly Pick<ServiceType, 'id' | 'bufferAfterMinutes' | 'skills'>[],
): Need {
	const wanted = services.filter((each) => lines.some((line) => line.serviceTypeId === each.id));
	return {
		minutes: lines.reduce((sum, line) => sum + line.minutes, 0),
		bufferMinutes: wanted.reduce((most, each) => Math.max(most, each.bufferAfterMinutes), 0),
		skills: [...new Set(wanted.flatMap((each) => each.skills))],
	};
}
