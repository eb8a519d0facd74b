import type { VehicleClass } from '#sync/shop/entity.ts';

/** What is shown of a bike; every role is shown these. */
export type Bike = {
	readonly id: string;
	readonly registrationNumber: string;
	readonly class: VehicleClass;
	readonly make: string;
	readonly model: string;
};

/** A bike as its owner describes it. */
export type NewBike = Omit<Bike, 'id'>;
