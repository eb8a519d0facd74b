import {
	entity,
	id,
	instant,
	int,
	oneOf,
	optional,
	ref,
	seenBy,
	shaped,
	text,
	type RowOf,
} from '../core/entity.ts';
import { vehicleClasses } from '../shop/classes.ts';

export const verifications = ['none', 'self', 'document', 'rc_api'] as const;

/** A bike. Unique among the living by the canonical form of its plate. */
export const vehicle = entity(
	'vehicle',
	{
		id: id(),
		customerId: seenBy(ref('customer'), { worker: 'hidden' }),
		/** As issued, capitals without blanks: `KA51AB1234`, `OR02AB1234`. */
		registrationNumber: shaped(/^[A-Z0-9]{4,11}$/, 11),
		/** Canonical form, for example with OR written OD: what is unique. */
		registrationKey: shaped(/^[A-Z0-9]{4,11}$/, 11),
		make: text(40),
		model: text(60),
		class: oneOf(vehicleClasses),
		odometerKm: optional(int(0, 2_000_000)),
		verification: oneOf(verifications),
		retiredAt: optional(instant()),
		createdAt: instant(),
	},
	{ home: { collection: 'vehicles' } },
);
export type Vehicle = RowOf<(typeof vehicle)['fields']>;
