import type { Booking, BookingLine, BookingStatus } from '#sync/booking/entity.ts';
import { bookingCode } from '#sync/booking/rules.ts';
import { addMinutes, type Instant } from '#sync/core/time.ts';
import type { Assignment, Job, JobOffer } from '#sync/job/entity.ts';
import type { WorkerTime } from '#sync/worker/entity.ts';
import { customerId, idOf, shopId, workerId } from './cast.ts';
import { bikeOf } from './people.ts';
import type { ServiceType } from '#sync/shop/entity.ts';

/** One visit as it is told; `visitRows` writes it down. */
export type Told = {
	/** Its ids follow from this. */
	readonly name: string;
	readonly shop: number;
	readonly customer: number;
	readonly worker: number;
	readonly services: readonly ServiceType[];
	readonly startAt: Instant;
	readonly bookedAt: Instant;
	readonly status: BookingStatus;
	/** How far the work got; only a bike that was received is worked on. */
	readonly work?: 'in_progress' | 'completed';
	/** How long the work took, or takes, against the catalogue's minutes. */
	readonly pace?: number;
	readonly holdExpiresAt?: Instant;
	readonly offerExpiresAt?: Instant;
};

export type VisitRows = {
	readonly booking: Booking;
	readonly lines: readonly BookingLine[];
	readonly job: Job;
	readonly assignment: Assignment;
	readonly offers: readonly JobOffer[];
	readonly clocks: readonly WorkerTime[];
};

const handoverMinutes = 5;
const confirmMinutes = 2;
const billMinutes = 10;

/** The rows of a visit, with the times at which its steps were taken. */
export function visitRows(told: Told): VisitRows {
	const times = timesOf(told);
	const booking = bookingRow(told, times);
	const job = jobRow(told, times);
	return {
		booking,
		lines: told.services.map((each, index) => lineRow(told, each, index + 1)),
		job,
		assignment: assignmentRow(told, times),
		offers: offerRows(told),
		clocks: clockRows(told, times),
	};
}

type Times = ReturnType<typeof timesOf>;

function timesOf(told: Told) {
	const { startAt, bookedAt, status, services } = told;
	const buffer = services.reduce((most, each) => Math.max(most, each.bufferAfterMinutes), 0);
	const minutes = minutesOf(told);
	const wasConfirmed = status !== 'held' && status !== 'expired';
	const wasReceived = status === 'received' || status === 'closed';
	const work = workTimes(told);
	return {
		...work,
		endAt: addMinutes(startAt, minutes),
		freeAt: addMinutes(startAt, minutes + buffer),
		confirmedAt: wasConfirmed ? addMinutes(bookedAt, confirmMinutes) : null,
		receivedAt: wasReceived ? startAt : null,
		closedAt:
			status === 'closed' && work.completedAt ? addMinutes(work.completedAt, billMinutes) : null,
		/** When it came to nothing. */
		voidAt: voidAt(told),
	};
}

const minutesOf = ({ services }: Told): number =>
	services.reduce((sum, each) => sum + each.minutes, 0);

function workTimes(told: Told) {
	const { work, startAt, pace = 1 } = told;
	if (work === undefined) return { startedAt: null, expectedEndAt: null, completedAt: null };
	const minutes = minutesOf(told);
	const startedAt = addMinutes(startAt, handoverMinutes);
	return {
		startedAt,
		expectedEndAt: addMinutes(startedAt, minutes),
		completedAt: work === 'completed' ? addMinutes(startedAt, Math.round(minutes * pace)) : null,
	};
}

function voidAt({ status, startAt, bookedAt, holdExpiresAt }: Told): Instant | null {
	if (status === 'cancelled') return addMinutes(bookedAt, 30);
	if (status === 'no_show') return addMinutes(startAt, 30);
	return status === 'expired' ? (holdExpiresAt ?? addMinutes(bookedAt, 10)) : null;
}

const bookingRow = (told: Told, times: Times): Booking => {
	const id = idOf(`booking ${told.name}`);
	const cancelled = told.status === 'cancelled';
	const unconfirmed = told.status === 'held' || told.status === 'expired';
	return {
		id,
		shopId: shopId(told.shop),
		customerId: customerId(told.customer),
		vehicleId: bikeOf(told.customer),
		code: bookingCode(id, 0),
		source: 'app',
		mode: 'drop_off',
		status: told.status,
		startAt: told.startAt,
		endAt: times.endAt,
		holdExpiresAt: told.holdExpiresAt ?? (unconfirmed ? addMinutes(told.bookedAt, 10) : null),
		confirmedAt: times.confirmedAt,
		receivedAt: times.receivedAt,
		closedAt: times.closedAt,
		promisedAt: times.confirmedAt === null ? null : times.endAt,
		noShowSuspectedAt: null,
		preferredWorkerId: null,
		extraLimitPaise: 0,
		rescheduleCount: 0,
		cancelledAt: cancelled ? times.voidAt : null,
		cancelledBy: cancelled ? 'customer' : null,
		cancelReason: null,
		createdAt: told.bookedAt,
		version: 1,
	};
};

const lineRow = (told: Told, service: ServiceType, lineNo: number): BookingLine => ({
	id: idOf(`line ${told.name} ${lineNo}`),
	bookingId: idOf(`booking ${told.name}`),
	lineNo,
	serviceTypeId: service.id,
	name: service.name,
	minutes: service.minutes,
	pricePaise: service.pricePaise,
	gstBps: service.gstBps,
});

const jobRow = (told: Told, times: Times): Job => ({
	id: idOf(`job ${told.name}`),
	bookingId: idOf(`booking ${told.name}`),
	shopId: shopId(told.shop),
	status: told.work ?? 'pending',
	workerId: times.confirmedAt === null ? null : workerId(told.worker),
	epoch: 1,
	startedAt: times.startedAt,
	expectedEndAt: times.expectedEndAt,
	completedAt: times.completedAt,
	billedAt: null,
	voidAt: times.voidAt,
	version: 1,
});

function stateOf(told: Told, times: Times): Assignment['state'] {
	if (times.voidAt !== null) return 'released';
	if (told.status === 'held') return 'hold';
	if (told.work === 'completed') return 'done';
	return told.work === 'in_progress' ? 'working' : 'planned';
}

const assignmentRow = (told: Told, times: Times): Assignment => ({
	id: idOf(`assignment ${told.name}`),
	jobId: idOf(`job ${told.name}`),
	shopId: shopId(told.shop),
	workerId: workerId(told.worker),
	epoch: 1,
	startAt: told.startAt,
	endAt: times.freeAt,
	state: stateOf(told, times),
	reason: { chosenBy: 'seed' },
	assignedBy: 'auto',
	overbook: false,
	createdAt: told.bookedAt,
	endedAt: times.voidAt ?? times.completedAt,
});

const offerRows = (told: Told): JobOffer[] =>
	told.offerExpiresAt === undefined
		? []
		: [
				{
					id: idOf(`offer ${told.name}`),
					jobId: idOf(`job ${told.name}`),
					shopId: shopId(told.shop),
					workerId: workerId(told.worker),
					kind: 'ack',
					seq: 1,
					status: 'sent',
					sentAt: addMinutes(told.bookedAt, confirmMinutes),
					seenAt: null,
					answeredAt: null,
					expiresAt: told.offerExpiresAt,
					declineReason: null,
				},
			];

const clockRows = (told: Told, { startedAt, completedAt }: Times): WorkerTime[] =>
	startedAt === null
		? []
		: [
				{
					id: idOf(`clock ${told.name}`),
					workerId: workerId(told.worker),
					jobId: idOf(`job ${told.name}`),
					kind: 'job',
					startedAt,
					endedAt: completedAt,
				},
			];
