import * as z from 'zod/mini';
import { booking, bookingLine, bookingModes } from '#sync/booking/entity.ts';
import { parse } from '#sync/core/entity.ts';
import type { Store } from '#sync/core/mutator.ts';
import { Rejection } from '#sync/core/rejection.ts';
import { assignment, job } from '#sync/job/entity.ts';
import { liveAssignmentStates } from '#sync/job/states.ts';
import { bookingShown, bookingsShown } from '../reports/bookings.ts';
import { isOffice } from '../domain/access.ts';
import { assignmentView, bookingView, jobView } from '../reports/views.ts';
import { assignmentAnswer, bookingAnswer, byId, jobAnswer } from './answers.ts';
import { idIn, mutation } from './mutation.ts';
import type { Route } from './definition.ts';
import { route } from './route.ts';

const timeline = z.array(z.strictObject({ event: z.string(), at: parse.instant, by: z.string() }));

export const bookingRoutes: readonly Route[] = [
	mutation({
		method: 'POST',
		path: '/api/bookings/create',
		who: ['customer', 'owner'],
		summary: 'Hold a time for a bike; confirm it before the hold runs out',
		body: z.strictObject({
			shopId: parse.id,
			vehicleId: parse.id,
			serviceIds: z.array(parse.id).check(z.minLength(1), z.maxLength(10)),
			start: parse.instant,
			mode: z.optional(z.enum(bookingModes)),
			preferredWorkerId: z.optional(parse.id),
			extraLimitPaise: z.optional(parse.int(0, Number.MAX_SAFE_INTEGER)),
		}),
		status: 201,
		answer: z.strictObject({ booking: bookingAnswer }),
		act: ({ body: { serviceIds, start, ...rest } }) => ({
			name: 'booking.request',
			args: { ...rest, serviceTypeIds: serviceIds, startAt: start },
		}),
		show: async (store, ids) => ({ booking: await shownBooking(store, idIn(ids, 'bookingId')) }),
	}),
	route({
		method: 'GET',
		path: '/api/bookings',
		who: ['customer', 'worker', 'owner'],
		summary: 'Bookings you may see, newest start first',
		answer: z.strictObject({ bookings: z.array(bookingAnswer) }),
		respond: async ({ house, actor, now }) => ({
			bookings: await bookingsShown(house.world.port, actor, now),
		}),
	}),
	route({
		method: 'GET',
		path: '/api/bookings/:id',
		who: ['customer', 'worker', 'owner', 'admin'],
		summary: 'A booking, the work for it and what happened so far',
		params: byId,
		answer: z.strictObject({
			booking: bookingAnswer,
			job: z.nullable(jobAnswer),
			worker: z.optional(z.strictObject({ id: parse.id, name: z.string() })),
			extras: z.array(z.never()),
			timeline,
		}),
		respond: ({ house, actor, now, params }) =>
			bookingShown(house.world.port, actor, now, params.id),
	}),
	mutation({
		method: 'PUT',
		path: '/api/bookings/:id/confirm',
		who: ['customer'],
		summary: 'Confirm a held booking: the worker whose time was held gets the job',
		params: byId,
		body: z.strictObject({}),
		answer: z.strictObject({ booking: bookingAnswer, job: jobAnswer }),
		act: ({ params }) => ({ name: 'booking.confirm', args: { bookingId: params.id } }),
		show: async (store, _ids, { params }) => ({
			booking: await shownBooking(store, params.id),
			job: jobView(await jobOf(store, params.id)),
		}),
	}),
	mutation({
		method: 'POST',
		path: '/api/bookings/:id/auto-assign',
		who: ['customer', 'owner', 'admin'],
		summary: 'Give the work of a booking to the worker whom the rules choose',
		params: byId,
		body: z.strictObject({}),
		answer: z.strictObject({ assignment: assignmentAnswer }),
		act: ({ params }) => ({ name: 'job.assign', args: { bookingId: params.id } }),
		async show(store, _ids, { params, actor, now }) {
			const { id } = await jobOf(store, params.id);
			const [live] = await store.list(assignment, { jobId: id, state: liveAssignmentStates });
			if (live === undefined) throw new Rejection('nobody_free');
			return { assignment: assignmentView(live, isOffice(actor, live.shopId, now)) };
		},
	}),
	mutation({
		method: 'POST',
		path: '/api/bookings/:id/received',
		who: ['worker', 'owner'],
		summary: 'The bike is in the shop',
		params: byId,
		body: z.strictObject({
			receivedAt: z.optional(parse.instant),
			odometerKm: z.optional(parse.int(0, 2_000_000)),
		}),
		answer: z.strictObject({ booking: bookingAnswer }),
		act: ({ params, body: { receivedAt, ...rest } }) => ({
			name: 'booking.receive',
			args: { bookingId: params.id, ...rest },
			...(receivedAt === undefined ? {} : { at: receivedAt }),
		}),
		show: async (store, _ids, { params }) => ({ booking: await shownBooking(store, params.id) }),
	}),
];

async function shownBooking(store: Store, bookingId: string) {
	const row = await store.get(booking, bookingId);
	return bookingView(row, await store.list(bookingLine, { bookingId }));
}

async function jobOf(store: Store, bookingId: string) {
	const [row] = await store.list(job, { bookingId });
	if (row === undefined) throw new Rejection('not_found');
	return row;
}
