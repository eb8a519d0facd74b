import {
	codes,
	day,
	entity,
	id,
	instant,
	int,
	oneOf,
	optional,
	ref,
	seenBy,
	text,
	wallTime,
	type RowOf,
} from '../core/entity.ts';
import { skills } from '../shop/entity.ts';

const workerStatuses = ['active', 'away', 'left'] as const;

/** A mechanic at one shop; a person may be one at two shops, as two workers. */
export const worker = entity(
	'worker',
	{
		id: id(),
		shopId: ref('shop'),
		name: text(80, 1),
		status: oneOf(workerStatuses),
		unavailableReason: seenBy(optional(text(200)), { customer: 'hidden' }),
		skills: codes(skills),
		/** Share of the work he is given, 100 for a full one. */
		weight: seenBy(int(0, 1_000), { customer: 'hidden', worker: 'hidden' }),
	},
	{
		home: { collection: 'shops', inside: { list: 'workers', by: 'shopId' } },
		indexes: [['shopId']],
	},
);
export type Worker = RowOf<(typeof worker)['fields']>;

/** A piece of a worker's week, local wall time, from a day until a day (both included). */
export const workerShift = entity(
	'worker_shift',
	{
		id: id(),
		shopId: ref('shop'),
		workerId: ref('worker'),
		weekday: int(0, 6),
		starts: wallTime(),
		ends: wallTime(),
		validFrom: day(),
		validUntil: optional(day()),
	},
	{
		home: { collection: 'shops', inside: { list: 'shifts', by: 'shopId' } },
		indexes: [['shopId']],
	},
);
export type WorkerShift = RowOf<(typeof workerShift)['fields']>;

/** A clock of a worker: on a job, on shift, or waiting. One of a kind is open at a time. */
export const workerTime = entity(
	'worker_time',
	{
		id: id(),
		workerId: ref('worker'),
		jobId: ref('job'),
		kind: oneOf(['shift', 'job', 'waiting']),
		startedAt: instant(),
		endedAt: optional(instant()),
	},
	{
		home: { collection: 'jobs', inside: { list: 'clocks', by: 'jobId' } },
		indexes: [['jobId'], ['workerId']],
	},
);
export type WorkerTime = RowOf<(typeof workerTime)['fields']>;
