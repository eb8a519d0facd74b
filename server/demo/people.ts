import type { RoleGrant } from '#sync/access/entity.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Customer } from '#sync/customer/entity.ts';
import type { VehicleClass } from '#sync/shop/entity.ts';
import type { Vehicle } from '#sync/vehicle/entity.ts';
import {
	adminNumber,
	customerId,
	customerNumbers,
	idOf,
	nameOf,
	ownerNumbers,
	phoneOf,
	pick,
	shopId,
	userId,
	workerId,
} from './cast.ts';
import { shopPlans } from './shops.ts';

/** Customers with a second bike, a scooter. */
const twoBikesUntil = 110;

type Model = readonly [make: string, model: string];
const commuters: readonly Model[] = [
	['Hero', 'Splendor Plus'],
	['Honda', 'Shine'],
	['Bajaj', 'Platina'],
	['TVS', 'Raider'],
];
const scooters: readonly Model[] = [
	['Honda', 'Activa'],
	['TVS', 'Jupiter'],
	['Suzuki', 'Access'],
];

export const bikeOf = (customer: number): string => idOf(`bike ${customer} 1`);

/** Customers, their bikes and what everybody may be, as rows. */
export function peopleRows(since: Instant) {
	return {
		customers: customerNumbers.map((each) => customerRow(each, since)),
		vehicles: customerNumbers.flatMap((each) => bikeRows(each, since)),
		grants: grantRows(since),
	};
}

const customerRow = (number: number, createdAt: Instant): Customer => ({
	id: customerId(number),
	name: nameOf(number),
	phone: phoneOf(number),
	createdByShopId: null,
	mergedInto: null,
	createdAt,
});

function bikeRows(number: number, since: Instant): Vehicle[] {
	const first = bikeRow(number, 1, 'commuter', since);
	return number <= twoBikesUntil ? [first, bikeRow(number, 2, 'scooter', since)] : [first];
}

function bikeRow(owner: number, place: 1 | 2, of: VehicleClass, createdAt: Instant): Vehicle {
	const plate = `KA51E${place === 1 ? 'A' : 'B'}${1_000 + owner}`;
	const [make, model] = pick(of === 'scooter' ? scooters : commuters, plate);
	return {
		id: idOf(`bike ${owner} ${place}`),
		customerId: customerId(owner),
		registrationNumber: plate,
		registrationKey: plate,
		make,
		model,
		class: of,
		odometerKm: 4_000 + owner * 100,
		verification: 'self',
		retiredAt: null,
		createdAt,
	};
}

type Holding = Partial<Pick<RoleGrant, 'shopId' | 'workerId' | 'customerId'>>;

function grantRows(grantedAt: Instant): RoleGrant[] {
	const grant = (number: number, role: RoleGrant['role'], holding: Holding): RoleGrant => ({
		id: idOf(`grant ${number}`),
		userId: userId(number),
		role,
		shopId: null,
		workerId: null,
		customerId: null,
		...holding,
		grantedAt,
		revokedAt: null,
	});
	return [
		grant(adminNumber, 'admin', {}),
		...ownerNumbers.map((each, index) => grant(each, 'owner', { shopId: shopId(index + 1) })),
		...shopPlans.flatMap(({ number, workers }) =>
			workers.map((each) =>
				grant(each.number, 'worker', {
					shopId: shopId(number),
					workerId: workerId(each.number),
				}),
			),
		),
		...customerNumbers.map((each) => grant(each, 'customer', { customerId: customerId(each) })),
	];
}
