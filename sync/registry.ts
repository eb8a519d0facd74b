import { roleGrant } from './access/entity.ts';
import * as bookingMutators from './booking/mutators.ts';
import { booking, bookingLine } from './booking/entity.ts';
import { readMark } from './booking/read-mark.ts';
import { seeBooking } from './booking/see.ts';
import type { AnyEntity, CollectionName } from './core/entity.ts';
import type { AnyMutator } from './core/mutator.ts';
import * as customerMutators from './customer/mutators.ts';
import { customer } from './customer/entity.ts';
import * as jobMutators from './job/mutators.ts';
import { assignment, job, jobOffer } from './job/entity.ts';
import { notice } from './notice/entity.ts';
import { observation } from './observation/entity.ts';
import { ageShop } from './shop/age.ts';
import { shopWindow } from './shop/age-window.ts';
import { servicePrice, serviceType, shop, shopHours } from './shop/entity.ts';
import { timer } from './timer/entity.ts';
import * as vehicleMutators from './vehicle/mutators.ts';
import { vehicle } from './vehicle/entity.ts';
import { worker, workerShift, workerTime } from './worker/entity.ts';

/** Every entity that a mutation may write, parents before children: the order of inserts. */
export const entities = [
	shop,
	shopWindow,
	shopHours,
	worker,
	workerShift,
	serviceType,
	servicePrice,
	customer,
	roleGrant,
	vehicle,
	booking,
	bookingLine,
	readMark,
	job,
	assignment,
	jobOffer,
	workerTime,
	notice,
	observation,
	timer,
] as const satisfies readonly AnyEntity[];

/** Root entity of each collection, and what lives inside its documents. */
export const rootOf: Readonly<Record<CollectionName, AnyEntity>> = {
	shops: shop,
	people: customer,
	vehicles: vehicle,
	bookings: booking,
	jobs: job,
	notices: notice,
};
export const partsOf = (collection: CollectionName): readonly AnyEntity[] =>
	entities.filter(
		(each: AnyEntity) => each.home?.collection === collection && each.home.inside !== undefined,
	);

const all = [
	...Object.values(bookingMutators),
	seeBooking,
	...Object.values(customerMutators),
	...Object.values(jobMutators),
	ageShop,
	...Object.values(vehicleMutators),
] as const;
type Known = (typeof all)[number];
export type MutatorName = Known['name'];
export type ArgsOf<N extends MutatorName> =
	Extract<Known, { name: N }> extends { args: { _zod: { input: infer A } } } ? A : never;

/** Every mutator by name. Ask with `Object.hasOwn` before reading: names come from the wire. */
export const mutators = Object.fromEntries(all.map((each) => [each.name, each])) as Readonly<
	Record<string, AnyMutator>
>;

/** The mutator of that name, or null: never a property of Object's prototype. */
export const mutatorNamed = (name: string): AnyMutator | null =>
	Object.hasOwn(mutators, name) ? (mutators[name] ?? null) : null;
