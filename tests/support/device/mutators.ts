import * as z from 'zod/mini';
import { parse } from '#sync/core/entity.ts';
import { mutator, type AnyMutator } from '#sync/core/mutator.ts';
import { refuseUnless } from '#sync/core/rejection.ts';
import { job } from '#sync/job/entity.ts';
import { notice } from '#sync/notice/entity.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import { workerTime } from '#sync/worker/entity.ts';

/** A few mutators that show what the device does with any: small enough to see through. */
const shared = { version: 1, where: 'both', offline: 'queue', shopOf: () => null } as const;

const registerBike = mutator({
	...shared,
	name: 'bike.register',
	kind: 'request',
	by: ['customer'],
	args: z.strictObject({ model: parse.text(60, 1), customerId: parse.id }),
	async run({ store, newId, now }, { model, customerId }) {
		const vehicleId = newId();
		store.insert(vehicle, {
			id: vehicleId,
			customerId,
			registrationNumber: 'KA51AB1234',
			registrationKey: 'KA51AB1234',
			make: 'Hero',
			model,
			class: 'commuter',
			odometerKm: 0,
			verification: 'none',
			retiredAt: null,
			createdAt: now,
		});
		return { vehicleId };
	},
});

/** Only ever forwards: what was read at a later time stays. */
const readOdometer = mutator({
	...shared,
	name: 'bike.readOdometer',
	kind: 'report',
	by: ['customer', 'worker'],
	args: z.strictObject({ vehicleId: parse.id, km: parse.int(0, 2_000_000) }),
	async run({ store }, { vehicleId, km }) {
		const bike = await store.get(vehicle, vehicleId);
		refuseUnless(bike.odometerKm === null || bike.odometerKm <= km, 'wrong_state');
		store.update(vehicle, { ...bike, odometerKm: km });
	},
});

/** Adds to what is there, so that running it twice, or in another order, shows. */
export const rename = mutator({
	...shared,
	name: 'bike.rename',
	kind: 'request',
	by: ['customer'],
	args: z.strictObject({ vehicleId: parse.id, add: parse.text(20) }),
	async run({ store }, { vehicleId, add }) {
		const bike = await store.get(vehicle, vehicleId);
		refuseUnless(bike.retiredAt === null, 'wrong_state');
		store.update(vehicle, { ...bike, model: bike.model + add });
	},
});

/** Depends on what is not there: no other bike may have the plate. */
export const claimPlate = mutator({
	...shared,
	name: 'bike.claimPlate',
	kind: 'request',
	by: ['customer'],
	args: z.strictObject({ plate: parse.text(20, 1), customerId: parse.id }),
	async run({ store, newId, now }, { plate, customerId }) {
		const same = await store.list(vehicle, { registrationKey: plate });
		refuseUnless(
			same.every((bike) => bike.retiredAt !== null),
			'plate_taken',
		);
		store.insert(vehicle, {
			id: newId(),
			customerId,
			registrationNumber: plate,
			registrationKey: plate,
			make: 'Hero',
			model: 'Splendor',
			class: 'commuter',
			odometerKm: null,
			verification: 'none',
			retiredAt: null,
			createdAt: now,
		});
	},
});

/** Depends on a whole collection: how many bikes there are. */
const countBikes = mutator({
	...shared,
	name: 'bike.count',
	kind: 'report',
	by: ['customer'],
	args: z.strictObject({ customerId: parse.id }),
	async run({ store, newId, at }, { customerId }) {
		const bikes = await store.list(vehicle, {});
		store.insert(notice, {
			id: newId(),
			customerId,
			workerId: null,
			shopId: null,
			kind: 'job_taken',
			bookingId: null,
			jobId: null,
			params: { bikes: bikes.length },
			at,
		});
	},
});

/** Writes a row that lives inside another document. */
const startClock = mutator({
	...shared,
	name: 'clock.start',
	kind: 'report',
	by: ['worker', 'customer'],
	args: z.strictObject({ jobId: parse.id, workerId: parse.id }),
	shopOf: ({ jobId }) => ({ of: job, id: jobId }),
	async run({ store, newId, at }, { jobId, workerId }) {
		const open = await store.list(workerTime, { jobId, endedAt: null });
		for (const clock of open) store.update(workerTime, { ...clock, endedAt: at });
		store.insert(workerTime, {
			id: newId(),
			workerId,
			jobId,
			kind: 'job',
			startedAt: at,
			endedAt: null,
		});
	},
});

const askShop = mutator({
	...shared,
	name: 'shop.ask',
	kind: 'request',
	by: ['customer'],
	where: 'server',
	args: z.strictObject({ vehicleId: parse.id }),
	shopOf: ({ vehicleId }) => ({ of: vehicle, id: vehicleId }),
	run: () => Promise.resolve(),
});

const payNow = mutator({
	...shared,
	name: 'bill.pay',
	kind: 'request',
	by: ['customer'],
	where: 'server',
	offline: 'refuse',
	args: z.strictObject({}),
	run: () => Promise.resolve(),
});

const all: readonly AnyMutator[] = [
	registerBike,
	readOdometer,
	rename,
	claimPlate,
	countBikes,
	startClock,
	askShop,
	payNow,
];
export const mutatorNamed = (name: string): AnyMutator | null =>
	all.find((each) => each.name === name) ?? null;
