import * as z from 'zod/mini';
import { parse } from '#sync/core/entity.ts';
import type { Store } from '#sync/core/mutator.ts';
import { Rejection } from '#sync/core/rejection.ts';
import { job, jobStatuses, type JobStatus } from '#sync/job/entity.ts';
import { jobOfBooking, jobShown, workShown } from '../reports/work.ts';
import { jobView } from '../reports/views.ts';
import { byId, jobAnswer } from './answers.ts';
import { malformed } from './edge.ts';
import { mutation, type Act } from './mutation.ts';
import type { Asked, Route } from './definition.ts';
import { route } from './route.ts';

const epoch = z.optional(parse.int(0, 1_000_000));
const statusBody = z.strictObject({ status: z.enum(jobStatuses), epoch });
const start = z.nullable(parse.instant);

const shownJob = async (store: Store, jobId: string) => jobView(await store.get(job, jobId));
type ShownJob = Awaited<ReturnType<typeof shownJob>>;

const finished: readonly JobStatus[] = ['completed', 'billed', 'stopped'];

/** A second start changes nothing; but whoever wants finished work to go on is told that it cannot. */
function refuseIfFinished(shown: ShownJob): ShownJob {
	if (finished.includes(shown.status)) refuse(shown, 'in_progress');
	return shown;
}

const movedJob = async (store: Store, jobId: string, wanted: JobStatus) => {
	const shown = await shownJob(store, jobId);
	return wanted === 'in_progress' ? refuseIfFinished(shown) : shown;
};

export const workRoutes: readonly Route[] = [
	route({
		method: 'GET',
		path: '/api/worker/jobs',
		who: ['worker'],
		summary: 'What you have to do, what you are asked, and what nobody has yet',
		query: z.strictObject({ status: z.optional(z.enum(jobStatuses)) }),
		answer: z.strictObject({
			offers: z.array(
				z.strictObject({
					id: parse.id,
					jobId: parse.id,
					kind: z.enum(['ack', 'ask']),
					expiresAt: parse.instant,
				}),
			),
			jobs: z.array(
				z.strictObject({
					id: parse.id,
					bookingId: parse.id,
					status: z.enum(jobStatuses),
					start,
					epoch: z.int(),
				}),
			),
			queue: z.array(z.strictObject({ id: parse.id, bookingId: parse.id, start })),
		}),
		respond: ({ house, actor, now, query }) =>
			workShown(house.world.port, actor, now, query.status),
	}),
	mutation({
		method: 'POST',
		path: '/api/worker/jobs/:id/accept',
		who: ['worker'],
		summary: 'Accept a job that was offered, or take one that nobody has',
		params: byId,
		body: z.strictObject({}),
		answer: z.strictObject({ job: jobAnswer }),
		act: ({ params }) => ({ name: 'job.accept', args: { jobId: params.id } }),
		show: async (store, _ids, { params }) => ({ job: await shownJob(store, params.id) }),
	}),
	mutation({
		method: 'POST',
		path: '/api/worker/jobs/:id/decline',
		who: ['worker'],
		summary: 'Decline a job that is yours and not begun',
		params: byId,
		body: z.strictObject({ reason: parse.text(300, 1) }),
		answer: z.strictObject({ job: jobAnswer }),
		act: ({ params, body }) => ({
			name: 'job.decline',
			args: { jobId: params.id, reason: body.reason },
		}),
		show: async (store, _ids, { params }) => ({ job: await shownJob(store, params.id) }),
	}),
	mutation({
		method: 'PUT',
		path: '/api/worker/jobs/:id/status',
		who: ['worker', 'owner'],
		summary: 'Move a job to another status',
		params: byId,
		body: statusBody,
		answer: z.strictObject({ job: jobAnswer }),
		act: movingTo,
		show: async (store, _ids, { params, body }) => ({
			job: await movedJob(store, params.id, body.status),
		}),
	}),
	mutation({
		method: 'PUT',
		path: '/api/services/:id/status',
		who: ['worker', 'owner'],
		summary: 'Move a service to another status',
		params: byId,
		body: statusBody,
		answer: z.strictObject({ service: jobAnswer }),
		act: movingTo,
		show: async (store, _ids, { params, body }) => ({
			service: await movedJob(store, params.id, body.status),
		}),
	}),
	mutation({
		method: 'POST',
		path: '/api/services/start',
		who: ['worker', 'owner'],
		summary: 'Begin the work; pauses the other job of that worker',
		body: z.strictObject({
			bookingId: z.optional(parse.id),
			jobId: z.optional(parse.id),
			epoch,
		}),
		answer: z.strictObject({ service: jobAnswer }),
		act: async (asked) => ({
			name: 'job.start',
			args: { jobId: await jobIdIn(asked), ...withEpoch(asked.body) },
		}),
		show: async (store, _ids, { body }) => ({
			service: refuseIfFinished(await shownService(store, body)),
		}),
	}),
	mutation({
		method: 'POST',
		path: '/api/services/:id/complete',
		who: ['worker', 'owner'],
		summary: 'The work is done',
		params: byId,
		body: z.strictObject({ epoch }),
		answer: z.strictObject({ service: jobAnswer }),
		act: ({ params, body }) => ({
			name: 'job.complete',
			args: { jobId: params.id, ...withEpoch(body) },
		}),
		show: async (store, _ids, { params }) => ({ service: await shownJob(store, params.id) }),
	}),
];

type Moving = Pick<Asked, 'house' | 'actor' | 'now'> & {
	readonly params: { readonly id: string };
	readonly body: z.output<typeof statusBody>;
};

/** The mutation that a wanted status means. The others are reached by acts of their own. */
async function movingTo({ house, actor, now, params, body }: Moving): Promise<Act> {
	const args = { jobId: params.id, ...withEpoch(body) };
	switch (body.status) {
		case 'in_progress':
			return { name: 'job.start', args };
		case 'completed':
			return { name: 'job.complete', args };
		case 'pending':
		case 'extra_repair_found':
		case 'billed':
		case 'stopped':
			return refuse(await jobShown(house.world.port, actor, now, params.id), body.status);
	}
}

function refuse(current: { readonly status: JobStatus }, wanted: JobStatus): never {
	throw new Rejection('wrong_state', { current: current.status, wanted });
}

type Which = { readonly bookingId?: string | undefined; readonly jobId?: string | undefined };

async function shownService(store: Store, { bookingId, jobId }: Which) {
	if (jobId !== undefined) return shownJob(store, jobId);
	const [row] = await store.list(job, { bookingId: String(bookingId) });
	if (row === undefined) throw new Rejection('not_found');
	return jobView(row);
}

async function jobIdIn({
	house,
	body,
}: Pick<Asked, 'house'> & { readonly body: Which }): Promise<string> {
	const { bookingId, jobId } = body;
	if ((bookingId === undefined) === (jobId === undefined))
		throw malformed('body: either bookingId or jobId');
	return jobId ?? (await jobOfBooking(house.world.port, String(bookingId)));
}

const withEpoch = (body: { readonly epoch?: number | undefined }) =>
	body.epoch === undefined ? {} : { epoch: body.epoch };
