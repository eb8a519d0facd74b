import { booking, bookingLine, type Booking } from '#sync/booking/entity.ts';
import { assignment, job, jobOffer, type Job } from '#sync/job/entity.ts';
import { notice } from '#sync/notice/entity.ts';
import { observation } from '#sync/observation/entity.ts';
import { monday } from '#tests/support/cast.ts';
import { aBooking, aJob, aLine, anAssignment, anOffer, tomorrow } from '#tests/support/builders.ts';
import { Garage } from '#tests/support/map-store.ts';

type Over = { readonly booking?: Partial<Booking>; readonly job?: Partial<Job> };

/** Asha's visit tomorrow at ten, planned for Ravi; today is Monday. */
export function planned(over: Over = {}) {
	const ofAsha = aBooking(over.booking);
	const work = aJob({ bookingId: ofAsha.id, ...over.job });
	const line = aLine({ bookingId: ofAsha.id });
	const time = anAssignment({ jobId: work.id });
	const garage = new Garage(
		[booking, [ofAsha]],
		[bookingLine, [line]],
		[job, [work]],
		[assignment, [time]],
	);
	return { garage, bookingId: ofAsha.id, jobId: work.id, timeId: time.id };
}

/** The same visit, of which nobody is in charge: Ravi gave it back. */
export function unassigned(over: Over = {}) {
	const visit = planned({ ...over, job: { workerId: null, ...over.job } });
	const time = visit.garage.row(assignment, visit.timeId);
	visit.garage.put(assignment, { ...time, state: 'released', endedAt: monday });
	visit.garage.put(jobOffer, anOffer({ jobId: visit.jobId, status: 'declined' }));
	return visit;
}

/** The same visit at its hour. */
export function due(over: Over = {}) {
	const visit = planned(over);
	visit.garage.now = tomorrow;
	return visit;
}

const isThere = { status: 'received', receivedAt: tomorrow } as const;
export const received = () => due({ booking: isThere });
export const running = () =>
	due({ booking: isThere, job: { status: 'in_progress', startedAt: tomorrow } });

export const liveOf = (garage: Garage, jobId: string) =>
	garage.rows(assignment).find((each) => each.jobId === jobId && each.state !== 'released');

/** What is left of a report that changed nothing: the observation, and who was told. */
export const kept = (garage: Garage) => ({
	observations: garage.rows(observation).map(({ what, refusal, workerId, epoch, doneAt }) => ({
		what,
		refusal,
		workerId,
		epoch,
		doneAt,
	})),
	told: garage
		.rows(notice)
		.filter((each) => each.kind === 'report_needs_review')
		.map((each) => each.workerId ?? each.shopId),
});
