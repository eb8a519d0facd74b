import * as z from 'zod/mini';
import { parse } from '#sync/core/entity.ts';
import { Rejection } from '#sync/core/rejection.ts';
import { vehicleClasses } from '#sync/shop/classes.ts';
import { shopStatuses, type VehicleClass } from '#sync/shop/entity.ts';
import { shopShown, shopsShown, type Position } from '../reports/shops.ts';
import { slotsShown } from '../reports/slots.ts';
import { vehiclesShown } from '../reports/vehicles.ts';
import { byId } from './answers.ts';
import { malformed } from './edge.ts';
import type { Asked, Route } from './definition.ts';
import { route } from './route.ts';

const servicesMax = 10;

const shopSummary = {
	id: parse.id,
	name: z.string(),
	status: z.enum(shopStatuses),
	rating: z.nullable(z.number()),
};

const slotsQuery = z.strictObject({
	date: parse.day,
	/** Ids with commas between them. */
	services: z.string().check(z.maxLength(servicesMax * 37)),
	vehicleId: z.optional(parse.id),
	class: z.optional(z.enum(vehicleClasses)),
});

export const shopRoutes: readonly Route[] = [
	route({
		method: 'GET',
		path: '/api/shops',
		who: 'anyone',
		summary: 'Shops, nearest first',
		query: z.strictObject({
			near: z.optional(z.string().check(z.regex(/^-?\d{1,2}(\.\d{1,8})?,-?\d{1,3}(\.\d{1,8})?$/))),
			q: z.optional(parse.text(80)),
		}),
		answer: z.strictObject({
			shops: z.array(z.strictObject({ ...shopSummary, distanceKm: z.optional(z.number()) })),
		}),
		async respond({ house, query }) {
			const near = query.near === undefined ? undefined : positionIn(query.near);
			return { shops: await shopsShown(house.world.port, { near, q: query.q }) };
		},
	}),
	route({
		method: 'GET',
		path: '/api/shops/:id',
		who: 'anyone',
		summary: 'A shop, its services with minutes and prices for a class of vehicle, its hours',
		params: byId,
		query: z.strictObject({ class: z.optional(z.enum(vehicleClasses)) }),
		answer: z.strictObject({
			shop: z.strictObject({
				...shopSummary,
				pausedUntil: z.nullable(parse.instant),
				address: z.string(),
				pin: z.string(),
				lat: z.nullable(z.number()),
				lng: z.nullable(z.number()),
				phone: z.string(),
				zone: z.string(),
			}),
			services: z.array(
				z.strictObject({
					id: parse.id,
					name: z.string(),
					minutes: z.int(),
					pricePaise: z.int(),
					gstBps: z.int(),
				}),
			),
			hours: z.array(
				z.strictObject({ weekday: z.int(), opens: parse.wallTime, closes: parse.wallTime }),
			),
		}),
		respond: ({ house, params, query }) =>
			shopShown(house.world.port, params.id, query.class ?? 'commuter'),
	}),
	route({
		method: 'GET',
		path: '/api/shops/:id/slots',
		who: 'anyone',
		summary: 'Starts of a day at which the shop can do these services',
		params: byId,
		query: slotsQuery,
		answer: z.strictObject({
			asOf: parse.instant,
			slots: z.array(
				z.strictObject({ start: parse.instant, end: parse.instant, workers: z.int() }),
			),
		}),
		async respond(asked) {
			const { house, params, query, now } = asked;
			return slotsShown(house.world.port, {
				shopId: params.id,
				day: query.date,
				serviceTypeIds: idsIn(query.services),
				vehicleClass: await classOf(asked, query),
				now,
			});
		},
	}),
];

function positionIn(text: string): Position {
	const [lat = 0, lng = 0] = text.split(',').map(Number);
	if (Math.abs(lat) > 90 || Math.abs(lng) > 180) throw malformed('query.near: not on Earth');
	return { lat, lng };
}

function idsIn(text: string): string[] {
	const ids = text.split(',');
	const good = ids.length <= servicesMax && new Set(ids).size === ids.length;
	if (good && ids.every((each) => parse.id.safeParse(each).success)) return ids;
	throw malformed(`query.services: 1 to ${servicesMax} different ids with commas between them`);
}

/** The class of a bike is told, or looked up for its owner; whose bike it is, others do not learn. */
async function classOf(
	{ house, actor, now }: Pick<Asked, 'house' | 'actor' | 'now'>,
	query: z.output<typeof slotsQuery>,
): Promise<VehicleClass> {
	if (query.vehicleId === undefined) return query.class ?? 'commuter';
	if (query.class !== undefined) throw malformed('query: either vehicleId or class');
	const own = await vehiclesShown(house.world.port, actor, now);
	const bike = own.find((each) => each.id === query.vehicleId);
	if (bike === undefined) throw new Rejection('not_found');
	return bike.class;
}
