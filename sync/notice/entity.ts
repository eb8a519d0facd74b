import * as z from 'zod/mini';
import { entity, id, instant, json, oneOf, optional, ref, type RowOf } from '../core/entity.ts';

const noticeKinds = [
	'booking_confirmed',
	'booking_expired',
	'job_assigned',
	'job_taken',
	'job_declined',
	'bike_received',
	'job_started',
	'job_completed',
	'report_needs_review',
] as const;
export type NoticeKind = (typeof noticeKinds)[number];

/** Something one person, or a shop's office, must be told. The words are the screen's. */
export const notice = entity(
	'notice',
	{
		id: id(),
		customerId: optional(ref('customer')),
		workerId: optional(ref('worker')),
		/** Set alone: for the shop's office. */
		shopId: optional(ref('shop')),
		kind: oneOf(noticeKinds),
		bookingId: optional(ref('booking')),
		jobId: optional(ref('job')),
		params: json(z.record(z.string(), z.union([z.string(), z.number()]))),
		at: instant(),
	},
	{ home: { collection: 'notices' }, indexes: [['at']] },
);
export type Notice = RowOf<(typeof notice)['fields']>;
