import type { Booking, BookingLine } from '#sync/booking/entity.ts';
import type { Assignment, Job, JobOffer } from '#sync/job/entity.ts';
import type { Candidate } from '#sync/job/choice.ts';
import { ashasBike, asha, idOf, lakshmiMotors, monday, ravi, service } from './cast.ts';

/** A test writes down what matters to it; the rest is an ordinary visit of Asha's, tomorrow at ten. */
export const tomorrow = '2026-11-24T04:30:00.000Z';
export const tomorrowDone = '2026-11-24T05:30:00.000Z';

let count = 0;
/** Ids of rows that no test looks at by name. */
export const anId = (): string => idOf(99, (count += 1));
export const workerIdOf = (actor: typeof ravi): string => String(actor.grants[0]?.workerId);
export const customerIdOf = (actor: typeof asha): string => String(actor.grants[0]?.customerId);

export const aBooking = (over: Partial<Booking> = {}): Booking => ({
	id: anId(),
	shopId: lakshmiMotors,
	customerId: customerIdOf(asha),
	vehicleId: ashasBike,
	code: `A${String((count += 1)).padStart(5, '0')}`,
	source: 'app',
	mode: 'drop_off',
	status: 'confirmed',
	startAt: tomorrow,
	endAt: tomorrowDone,
	holdExpiresAt: null,
	confirmedAt: monday,
	receivedAt: null,
	closedAt: null,
	promisedAt: tomorrowDone,
	noShowSuspectedAt: null,
	preferredWorkerId: null,
	extraLimitPaise: 0,
	rescheduleCount: 0,
	cancelledAt: null,
	cancelledBy: null,
	cancelReason: null,
	createdAt: monday,
	version: 1,
	...over,
});

export const aLine = (over: Partial<BookingLine> = {}): BookingLine => ({
	id: anId(),
	bookingId: anId(),
	lineNo: 1,
	serviceTypeId: service.general,
	name: 'General service',
	minutes: 60,
	pricePaise: 45_000,
	gstBps: 1_800,
	...over,
});

export const aJob = (over: Partial<Job> = {}): Job => ({
	id: anId(),
	bookingId: anId(),
	shopId: lakshmiMotors,
	status: 'pending',
	workerId: workerIdOf(ravi),
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
	id: anId(),
	jobId: anId(),
	shopId: lakshmiMotors,
	workerId: workerIdOf(ravi),
	epoch: 1,
	startAt: tomorrow,
	endAt: tomorrowDone,
	state: 'planned',
	reason: { chosenBy: 'only_one' },
	assignedBy: 'auto',
	overbook: false,
	createdAt: monday,
	endedAt: null,
	...over,
});

export const anOffer = (over: Partial<JobOffer> = {}): JobOffer => ({
	id: anId(),
	jobId: anId(),
	shopId: lakshmiMotors,
	workerId: workerIdOf(ravi),
	kind: 'ack',
	seq: 1,
	status: 'sent',
	sentAt: monday,
	seenAt: null,
	answeredAt: null,
	expiresAt: '2026-11-23T04:40:00.000Z',
	declineReason: null,
	...over,
});

export const aCandidate = (over: Partial<Candidate> = {}): Candidate => ({
	workerId: anId(),
	why: null,
	dayMinutes: 0,
	weekMinutes: 0,
	weight: 100,
	spareMinutes: 0,
	lastAssignedAt: null,
	...over,
});
