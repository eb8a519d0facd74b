import { describe, expect, it } from 'vitest';
import { roleGrant } from '#sync/access/entity.ts';
import { systemActor } from '#sync/core/actor.ts';
import { registerCustomer } from '#sync/customer/mutators.ts';
import { customer } from '#sync/customer/entity.ts';
import { addVehicle } from '#sync/vehicle/mutators.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import {
	asha,
	ashasBike,
	kiran,
	lakshmi,
	lakshmiMotors,
	monday,
	ravi,
} from '#tests/support/cast.ts';
import { anId, customerIdOf } from '#tests/support/builders.ts';
import { Garage } from '#tests/support/map-store.ts';

const bike = (over: object = {}) => ({
	registrationNumber: 'KA 51 AB 4321',
	make: 'Bajaj',
	model: 'Pulsar 150',
	class: 'commuter',
	...over,
});

describe('adding a bike', () => {
	it('keeps the plate as issued and knows it by its key', async () => {
		const garage = new Garage();

		const { status, ids, events } = await garage.perform(
			addVehicle,
			asha,
			bike({ registrationNumber: 'or-2 ab 34' }),
		);

		expect(status).toBe('applied');
		expect(garage.row(vehicle, String(ids['vehicleId']))).toMatchObject({
			customerId: customerIdOf(asha),
			registrationNumber: 'OR2AB34',
			registrationKey: 'OD02AB0034',
			class: 'commuter',
			verification: 'none',
			createdAt: monday,
		});
		expect(events).toEqual([{ event: 'vehicle.added', vehicleId: ids['vehicleId'] }]);
	});

	it.each(['KA51AB1111', 'ka 51 ab 1111'])(
		'is refused for a plate that a bike bears: %s',
		async (plate) => {
			const again = bike({ registrationNumber: plate });

			for (const actor of [asha, kiran])
				expect((await new Garage().perform(addVehicle, actor, again)).refusal).toBe('plate_taken');
		},
	);

	it('is possible once the bike that bore the plate was given up', async () => {
		const retired = { ...new Garage().row(vehicle, ashasBike), retiredAt: monday };
		const garage = new Garage([vehicle, [retired]]);

		const ended = await garage.perform(
			addVehicle,
			kiran,
			bike({ registrationNumber: 'KA51AB1111' }),
		);

		expect(ended.status).toBe('applied');
	});

	it('is refused for what is no plate', async () => {
		const ended = await new Garage().perform(
			addVehicle,
			asha,
			bike({ registrationNumber: 'MY BIKE' }),
		);

		expect(ended.refusal).toBe('plate_unreadable');
	});

	it('is for customers', async () => {
		for (const actor of [ravi, lakshmi, systemActor])
			expect((await new Garage().perform(addVehicle, actor, bike())).refusal).toBe('not_allowed');
	});

	it('is not understood for a class that does not exist', async () => {
		const ended = await new Garage().perform(addVehicle, asha, bike({ class: 'truck' }));

		expect(ended.refusal).toBe('not_understood');
	});
});

describe('becoming a customer', () => {
	const newcomer = () => ({ userId: anId(), name: 'Farah Khan', phone: '+919876599999' });
	const grantsOf = (garage: Garage, userId: string) =>
		garage.rows(roleGrant).filter((each) => each.userId === userId);

	it('makes a card and the right to it', async () => {
		const garage = new Garage();
		const args = newcomer();

		const { ids } = await garage.perform(registerCustomer, systemActor, args);

		const customerId = ids['customerId'];
		expect(garage.row(customer, String(customerId))).toMatchObject({
			name: 'Farah Khan',
			phone: '+919876599999',
		});
		expect(grantsOf(garage, args.userId)).toMatchObject([
			{ role: 'customer', customerId, shopId: null, workerId: null, revokedAt: null },
		]);
	});

	it('happens once', async () => {
		const garage = new Garage();
		const args = newcomer();
		const first = await garage.perform(registerCustomer, systemActor, args);

		const again = await garage.perform(registerCustomer, systemActor, args);

		expect([again.status, again.ids]).toEqual(['noop', first.ids]);
	});

	it('takes over the card a shop made for that number', async () => {
		const args = newcomer();
		const card = {
			id: anId(),
			name: 'Farah (red Activa)',
			phone: args.phone,
			createdByShopId: lakshmiMotors,
			mergedInto: null,
			createdAt: monday,
		};
		const garage = new Garage([customer, [card]]);

		const { ids } = await garage.perform(registerCustomer, systemActor, args);

		expect(ids['customerId']).toBe(card.id);
		expect(grantsOf(garage, args.userId)).toHaveLength(1);
	});

	it('never takes over the card of another person, though he has that number now', async () => {
		const garage = new Garage();
		const args = { ...newcomer(), phone: String(garage.row(customer, customerIdOf(asha)).phone) };

		const { ids } = await garage.perform(registerCustomer, systemActor, args);

		expect(ids['customerId']).not.toBe(customerIdOf(asha));
		expect(garage.row(customer, String(ids['customerId'])).phone).toBe(null);
	});

	it('is possible without a number', async () => {
		const garage = new Garage();

		const ended = await garage.perform(registerCustomer, systemActor, {
			...newcomer(),
			phone: null,
		});

		expect(ended.status).toBe('applied');
	});

	it('is done by the system alone', async () => {
		for (const actor of [asha, lakshmi, ravi])
			expect((await new Garage().perform(registerCustomer, actor, newcomer())).refusal).toBe(
				'not_allowed',
			);
	});
});
