import * as z from 'zod/mini';
import { parse } from '../core/entity.ts';
import { mutator } from '../core/mutator.ts';
import { ownCustomerId } from '../customer/rules.ts';
import { vehicleClasses } from '../shop/classes.ts';
import { vehicle } from './entity.ts';
import './events.ts';
import { readPlate, refuseUnlessFree } from './rules.ts';

/** A customer adds his bike. Uniqueness is by the canonical plate, also against other people's bikes. */
export const addVehicle = mutator({
	name: 'vehicle.add',
	version: 1,
	kind: 'request',
	by: ['customer'],
	args: z.strictObject({
		registrationNumber: parse.text(20, 1),
		make: parse.text(40),
		model: parse.text(60),
		class: z.enum(vehicleClasses),
	}),
	shopOf: () => null,
	where: 'both',
	offline: 'queue',
	async run({ actor, at, now, store, newId, tell }, args) {
		const customerId = ownCustomerId(actor, at);
		const vehicleId = newId();
		const plate = readPlate(args.registrationNumber);
		const { registrationKey } = plate;
		refuseUnlessFree(await store.list(vehicle, { registrationKey }));
		store.insert(vehicle, {
			...args,
			...plate,
			id: vehicleId,
			customerId,
			odometerKm: null,
			verification: 'none',
			retiredAt: null,
			createdAt: now,
		});
		tell({ event: 'vehicle.added', vehicleId });
		return { vehicleId };
	},
});
