import * as z from 'zod/mini';
import {
	entity,
	flag,
	id,
	instant,
	int,
	json,
	oneOf,
	optional,
	ref,
	seenBy,
	text,
	type RowOf,
	type SharedRowOf,
} from '../core/entity.ts';

export const jobStatuses = [
	'pending',
	'in_progress',
	'extra_repair_found',
	'completed',
	'billed',
	'stopped',
] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** The work on the bike for one booking; the requirements' "service", under the same id. */
export const job = entity(
	'job',
	{
		id: id(),
		bookingId: ref('booking'),
		shopId: ref('shop'),
		status: oneOf(jobStatuses),
		workerId: optional(ref('worker')),
		/** Fencing number of the assignment: who acts under an older one was replaced meanwhile. */
		epoch: int(0, 1_000_000),
		startedAt: optional(instant()),
		expectedEndAt: optional(instant()),
		completedAt: optional(instant()),
		billedAt: optional(instant()),
		/** The booking ended without work. */
		voidAt: optional(instant()),
		version: int(1, 2_000_000_000),
	},
	{ home: { collection: 'jobs' }, indexes: [['shopId', 'status'], ['bookingId']] },
);
export type Job = RowOf<(typeof job)['fields']>;

export const assignmentStates = [
	'hold',
	'planned',
	'accepted',
	'working',
	'done',
	'released',
] as const;

/** Why this worker: who was left out and for what, and what decided. */
export const assignmentReason = z.strictObject({
	chosenBy: z.string(),
	load: z.optional(z.array(z.strictObject({ workerId: z.string(), minutes: z.number() }))),
	filtered: z.optional(z.array(z.strictObject({ workerId: z.string(), why: z.string() }))),
});
export type AssignmentReason = z.output<typeof assignmentReason>;

/** Who was responsible when; never changed except to go on or close. */
export const assignment = entity(
	'assignment',
	{
		id: id(),
		jobId: ref('job'),
		shopId: ref('shop'),
		workerId: ref('worker'),
		epoch: int(1, 1_000_000),
		/** The planned occupation of the worker, buffers included. */
		startAt: instant(),
		endAt: instant(),
		state: oneOf(assignmentStates),
		reason: seenBy(json(assignmentReason), { customer: 'hidden', worker: 'hidden' }),
		assignedBy: oneOf(['auto', 'worker', 'owner', 'admin']),
		/** Owner or admin knowingly doubled up. */
		overbook: flag(),
		createdAt: instant(),
		endedAt: optional(instant()),
	},
	{
		home: { collection: 'jobs', inside: { list: 'assignments', by: 'jobId' } },
		indexes: [['jobId'], ['shopId', 'state']],
	},
);
export type Assignment = RowOf<(typeof assignment)['fields']>;

const offerStatuses = ['sent', 'accepted', 'declined', 'expired', 'withdrawn'] as const;

/** Waits for a worker's answer: `ack` tells him of a job that is his, `ask` asks whether he takes it. */
export const jobOffer = entity(
	'job_offer',
	{
		id: id(),
		jobId: ref('job'),
		shopId: ref('shop'),
		workerId: ref('worker'),
		kind: oneOf(['ack', 'ask']),
		seq: int(1, 1_000),
		status: oneOf(offerStatuses),
		sentAt: instant(),
		seenAt: optional(instant()),
		answeredAt: optional(instant()),
		expiresAt: instant(),
		/** Between him and the office. */
		declineReason: seenBy(optional(text(300)), { customer: 'hidden', worker: 'hidden' }),
	},
	{
		home: { collection: 'jobs', inside: { list: 'offers', by: 'jobId' } },
		indexes: [['jobId'], ['workerId', 'status']],
	},
);
export type JobOffer = RowOf<(typeof jobOffer)['fields']>;
/** An offer as phones have it too. */
export type SharedOffer = SharedRowOf<(typeof jobOffer)['fields']>;
