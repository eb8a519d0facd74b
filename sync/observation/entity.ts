import {
	entity,
	id,
	instant,
	int,
	oneOf,
	optional,
	ref,
	text,
	type RowOf,
} from '../core/entity.ts';
import { refusals } from '../core/rejection.ts';

/**
 * What was reported from the floor but could not change the state: kept, with why, for whoever
 * decides. It copies what it needs; the log it came from may be gone one day.
 */
export const observation = entity(
	'observation',
	{
		id: id(),
		shopId: ref('shop'),
		bookingId: optional(ref('booking')),
		jobId: optional(ref('job')),
		workerId: optional(ref('worker')),
		what: text(60, 1),
		refusal: oneOf(refusals),
		/** The assignment's number the reporter believed in. */
		epoch: optional(int(0, 1_000_000)),
		doneAt: instant(),
		createdAt: instant(),
	},
	{ home: null, indexes: [['shopId']] },
);
export type Observation = RowOf<(typeof observation)['fields']>;
