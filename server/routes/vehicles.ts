import * as z from 'zod/mini';
import { parse } from '#sync/core/entity.ts';
import { vehicleClasses } from '#sync/shop/classes.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import { vehiclesShown } from '../reports/vehicles.ts';
import { vehicleView } from '../reports/views.ts';
import { vehicleAnswer } from './answers.ts';
import { idIn, mutation } from './mutation.ts';
import type { Route } from './definition.ts';
import { route } from './route.ts';

export const vehicleRoutes: readonly Route[] = [
	route({
		method: 'GET',
		path: '/api/vehicles',
		who: ['customer'],
		summary: 'Your bikes',
		answer: z.strictObject({ vehicles: z.array(vehicleAnswer) }),
		respond: async ({ house, actor, now }) => ({
			vehicles: await vehiclesShown(house.world.port, actor, now),
		}),
	}),
	mutation({
		method: 'POST',
		path: '/api/vehicles',
		who: ['customer'],
		summary: 'Add a bike',
		body: z.strictObject({
			registrationNumber: parse.text(20, 1),
			make: parse.text(40),
			model: parse.text(60),
			class: z.enum(vehicleClasses),
		}),
		status: 201,
		answer: z.strictObject({ vehicle: vehicleAnswer }),
		act: ({ body }) => ({ name: 'vehicle.add', args: body }),
		show: async (store, ids) => ({
			vehicle: vehicleView(await store.get(vehicle, idIn(ids, 'vehicleId'))),
		}),
	}),
];
