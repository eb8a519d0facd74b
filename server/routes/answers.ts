import * as z from 'zod/mini';
import { bookingModes, bookingStatuses } from '#sync/booking/entity.ts';
import { parse } from '#sync/core/entity.ts';
import { assignmentReason, jobStatuses } from '#sync/job/entity.ts';
import { vehicleClasses } from '#sync/shop/classes.ts';
import { verifications } from '#sync/vehicle/entity.ts';

const paise = z.int().check(z.minimum(0));
const maybeAt = z.nullable(parse.instant);

/** `:id` in a path. */
export const byId = z.strictObject({ id: parse.id });

export const bookingAnswer = z.strictObject({
	id: parse.id,
	code: z.string(),
	status: z.enum(bookingStatuses),
	shopId: parse.id,
	customerId: parse.id,
	vehicleId: parse.id,
	mode: z.enum(bookingModes),
	start: parse.instant,
	end: parse.instant,
	holdExpiresAt: maybeAt,
	confirmedAt: maybeAt,
	receivedAt: maybeAt,
	closedAt: maybeAt,
	cancelledAt: maybeAt,
	extraLimitPaise: paise,
	lines: z.array(
		z.strictObject({
			id: parse.id,
			serviceId: parse.id,
			name: z.string(),
			minutes: z.int(),
			pricePaise: paise,
			gstBps: z.int(),
		}),
	),
	taxablePaise: paise,
	totalPaise: paise,
});

export const jobAnswer = z.strictObject({
	id: parse.id,
	bookingId: parse.id,
	status: z.enum(jobStatuses),
	workerId: z.nullable(parse.id),
	epoch: z.int(),
	startedAt: maybeAt,
	expectedEndAt: maybeAt,
	completedAt: maybeAt,
});

export const vehicleAnswer = z.strictObject({
	id: parse.id,
	registrationNumber: z.string(),
	make: z.string(),
	model: z.string(),
	class: z.enum(vehicleClasses),
	odometerKm: z.nullable(z.int()),
	verification: z.enum(verifications),
});

export const assignmentAnswer = z.strictObject({
	workerId: parse.id,
	epoch: z.int(),
	reason: assignmentReason,
});
