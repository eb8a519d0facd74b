import type { Booking, BookingLine } from '#sync/booking/entity.ts';
import type { ReadMark } from '#sync/booking/read-mark.ts';
import type { AnyEntity, Row } from '#sync/core/entity.ts';
import type { Assignment, Job, JobOffer } from '#sync/job/entity.ts';
import type { Notice } from '#sync/notice/entity.ts';
import type { Observation } from '#sync/observation/entity.ts';
import type { Timer } from '#sync/timer/entity.ts';
import type { WorkerTime } from '#sync/worker/entity.ts';
import { entities } from '#sync/registry.ts';
import { device, mutationCrash, type Device, type MutationCrash } from '#server/db/device.ts';
import {
	aCustomer,
	aGrant,
	aPrice,
	aServiceType,
	aShift,
	aShop,
	aVehicle,
	aWorker,
	earlier,
	idOf,
	ids,
	someHours,
} from './sample-garage.ts';

/** One visit to the garage, and with it one row of every entity that fits into the others. */

export const aBooking = (over: Partial<Booking> = {}): Booking => ({
	id: ids.booking,
	shopId: ids.shop,
	customerId: ids.customer,
	vehicleId: ids.vehicle,
	code: 'K7M2QX',
	source: 'app',
	mode: 'wait',
	status: 'confirmed',
	startAt: '2026-11-23T04:30:00.000Z',
	endAt: '2026-11-23T05:30:00.001Z',
	holdExpiresAt: null,
	confirmedAt: '2026-11-22T10:00:00.999Z',
	receivedAt: null,
	closedAt: null,
	promisedAt: null,
	noShowSuspectedAt: null,
	preferredWorkerId: ids.ravi,
	extraLimitPaise: 50_000,
	rescheduleCount: 0,
	cancelledAt: null,
	cancelledBy: null,
	cancelReason: null,
	createdAt: earlier,
	version: 1,
	...over,
});

export const aLine = (over: Partial<BookingLine> = {}): BookingLine => ({
	id: idOf(61),
	bookingId: ids.booking,
	lineNo: 1,
	serviceTypeId: ids.serviceType,
	name: 'General service',
	minutes: 60,
	pricePaise: 49_900,
	gstBps: 1_800,
	...over,
});

export const aJob = (over: Partial<Job> = {}): Job => ({
	id: ids.job,
	bookingId: ids.booking,
	shopId: ids.shop,
	status: 'pending',
	workerId: ids.ravi,
	epoch: 1,
	startedAt: null,
	expectedEndAt: null,
	completedAt: null,
	billedAt: null,
	voidAt: null,
	version: 1,
	...over,
});

export const anAssignment = (over: Partial<Assignment> = {}): Assignment => ({
	id: ids.assignment,
	jobId: ids.job,
	shopId: ids.shop,
	workerId: ids.ravi,
	epoch: 1,
	startAt: '2026-11-23T04:30:00.000Z',
	endAt: '2026-11-23T05:40:00.000Z',
	state: 'planned',
	reason: { chosenBy: 'load 120<180', load: [{ workerId: ids.ravi, minutes: 120.5 }] },
	assignedBy: 'auto',
	overbook: false,
	createdAt: earlier,
	endedAt: null,
	...over,
});

export const anOffer = (over: Partial<JobOffer> = {}): JobOffer => ({
	id: ids.offer,
	jobId: ids.job,
	shopId: ids.shop,
	workerId: ids.ravi,
	kind: 'ask',
	seq: 1,
	status: 'sent',
	sentAt: earlier,
	seenAt: null,
	answeredAt: null,
	expiresAt: '2026-11-23T04:20:00.000Z',
	declineReason: null,
	...over,
});

export const aClock = (over: Partial<WorkerTime> = {}): WorkerTime => ({
	id: idOf(23),
	workerId: ids.ravi,
	jobId: ids.job,
	kind: 'job',
	startedAt: '2026-11-23T04:31:00.000Z',
	endedAt: null,
	...over,
});

const aNotice = (over: Partial<Notice> = {}): Notice => ({
	id: idOf(100),
	customerId: ids.customer,
	workerId: null,
	shopId: null,
	kind: 'booking_confirmed',
	bookingId: ids.booking,
	jobId: null,
	params: { code: 'K7M2QX', minutes: 60 },
	at: earlier,
	...over,
});

const anObservation = (over: Partial<Observation> = {}): Observation => ({
	id: idOf(110),
	shopId: ids.shop,
	bookingId: ids.booking,
	jobId: ids.job,
	workerId: ids.ravi,
	what: 'job.start',
	refusal: 'not_assigned',
	epoch: 1,
	doneAt: earlier,
	createdAt: earlier,
	...over,
});

export const aTimer = (over: Partial<Timer> = {}): Timer => ({
	id: idOf(120),
	key: `hold:${ids.booking}`,
	name: 'booking.expire',
	args: { bookingId: ids.booking, nested: { list: [1, null, true, 0.1], empty: {} } },
	dueAt: '2026-11-23T04:15:00.000Z',
	ranAt: null,
	mutationId: null,
	...over,
});

const aDevice = (over: Partial<Device> = {}): Device => ({
	id: idOf(130),
	userId: ids.user,
	browserId: idOf(131),
	lastSeq: Number.MAX_SAFE_INTEGER,
	firstContact: earlier,
	lastContact: earlier,
	pendingReported: 0,
	emptyAt: null,
	lastEff: earlier,
	reportsOn: '2026-11-23',
	reportsCount: 3,
	clockOffsetMs: -3_600_000,
	appBuild: '0.1.0+test',
	revokedAt: null,
	sessionId: idOf(132),
	sealKey: 'c2VhbA',
	...over,
});

const aCrash = (over: Partial<MutationCrash> = {}): MutationCrash => ({
	id: idOf(140),
	count: 1,
	lastAt: earlier,
	error: 'impossible: it cannot be',
	...over,
});

export const aReadMark = (over: Partial<ReadMark> = {}): ReadMark => ({
	id: idOf(62_000),
	bookingId: ids.booking,
	side: 'customer',
	bookingVersion: 3,
	jobVersion: 0,
	at: earlier,
	...over,
});

const samples: Readonly<Record<string, object>> = {
	shop: aShop(),
	shop_window: { id: ids.shop, day: '2026-11-23', zone: 'Asia/Kolkata' },
	shop_hours: someHours(),
	worker: aWorker(),
	worker_shift: aShift(),
	service_type: aServiceType(),
	service_price: aPrice(),
	customer: aCustomer(),
	role_grant: aGrant(),
	vehicle: aVehicle(),
	booking: aBooking(),
	booking_line: aLine(),
	read_mark: aReadMark(),
	job: aJob(),
	assignment: anAssignment(),
	job_offer: anOffer(),
	worker_time: aClock(),
	notice: aNotice(),
	observation: anObservation(),
	timer: aTimer(),
	device: aDevice(),
	mutation_crash: aCrash(),
};

/** Every entity that has a table, parents before children. */
export const stored: readonly AnyEntity[] = [...entities, device, mutationCrash];

export function sampleOf(entity: AnyEntity): Row {
	const sample = samples[entity.name];
	if (sample === undefined) throw new Error(`Write down a sample of ${entity.name}`);
	return sample as Row;
}
