import { booking, type Booking, type BookingStatus } from '../booking/entity.ts';
import { failing, offEdges, sharing, type KnownRows, type RowLaw } from '../core/law.ts';
import { assignment, job, jobOffer, type Assignment, type Job, type JobOffer } from './entity.ts';
import { isLive } from './rules.ts';
import { assignmentEdges, jobEdges, offerEdges } from './states.ts';

export const jobMovesByItsEdges: RowLaw = {
	name: 'job_moves_by_its_edges',
	number: 12,
	says: 'Work changes its status along the edges of docs/states.md only.',
	about: [job],
	broken: ({ changes, single }) =>
		offEdges(jobEdges, (row: Job) => row.status, changes(job), single),
};

export const assignmentMovesByItsEdges: RowLaw = {
	name: 'assignment_moves_by_its_edges',
	number: 12,
	says: "A worker's responsibility goes on or ends, and what has ended stays so.",
	about: [assignment],
	broken: ({ changes, single }) =>
		offEdges(assignmentEdges, (row: Assignment) => row.state, changes(assignment), single),
};

export const offerMovesByItsEdges: RowLaw = {
	name: 'offer_moves_by_its_edges',
	number: 12,
	says: 'An offer is answered, runs out or is taken back; a no is the last word.',
	about: [jobOffer],
	broken: ({ changes, single }) =>
		offEdges(offerEdges, (row: JobOffer) => row.status, changes(jobOffer), single),
};

export const jobIsOfItsBooking: RowLaw = {
	name: 'job_is_of_its_booking',
	number: 13,
	says: 'A job has its booking, in the same shop.',
	about: [job, booking],
	broken: (known) => failing(known.rows(job), (row) => fits(row, bookingOf(known, row))),
};

export const assignmentIsOfItsJob: RowLaw = {
	name: 'assignment_is_of_its_job',
	number: 13,
	says: 'An assignment has its job, in the same shop.',
	about: [assignment, job],
	broken: ({ rows, find }) => failing(rows(assignment), (row) => fits(row, find(job, row.jobId))),
};

export const oneLiveAssignment: RowLaw = {
	name: 'one_live_assignment',
	number: 22,
	says: 'One worker at most answers for a job at a time.',
	about: [assignment],
	broken: ({ rows }) => sharing(rows(assignment), (row) => (isLive(row) ? row.jobId : null)),
};

export const oneOpenOffer: RowLaw = {
	name: 'one_open_offer',
	number: 22,
	says: 'One worker at most is asked about a job at a time.',
	about: [jobOffer],
	broken: ({ rows }) =>
		sharing(rows(jobOffer), (row) => (row.status === 'sent' ? row.jobId : null)),
};

export const jobKnowsWhoseItIs: RowLaw = {
	name: 'job_knows_whose_it_is',
	number: 23,
	says: 'The job names the worker who answers for it, under the number of his assignment.',
	about: [assignment, job],
	broken: ({ rows, find }) =>
		rows(assignment).flatMap((row) => {
			const work = find(job, row.jobId);
			if (!work || !isLive(row) || row.state === 'hold') return [];
			const knows = work.workerId === row.workerId && work.epoch === row.epoch;
			return knows ? [] : [{ ids: [work.id, row.id], states: [work.status, row.state] }];
		}),
};

export const epochNeverFalls: RowLaw = {
	name: 'epoch_never_falls',
	number: 23,
	says: "A job's number of assignments only rises, so that an old one is known as old.",
	about: [job],
	broken: ({ changes }) =>
		changes(job)
			.filter(({ before, after }) => before !== null && after.epoch < before.epoch)
			.map(({ after }) => ({ ids: [after.id] })),
};

/** The visits whose bike stands in the shop, or did. */
const cameStatuses: readonly BookingStatus[] = ['received', 'closed'];

export const workNeedsTheBike: RowLaw = {
	name: 'work_needs_the_bike',
	number: 12,
	says: 'Work that has begun is on a bike that was received.',
	about: [job, booking],
	broken: (known) =>
		visitsFailing(
			known,
			(work, { status }) => work.status === 'pending' || cameStatuses.includes(status),
		),
};

/** The visits that came to nothing. */
const voidStatuses: readonly BookingStatus[] = ['expired', 'cancelled', 'no_show'];

export const jobIsVoidWithItsBooking: RowLaw = {
	name: 'job_is_void_with_its_booking',
	number: 12,
	says: 'A job is void just as long as its booking came to nothing.',
	about: [job, booking],
	broken: (known) =>
		visitsFailing(
			known,
			(work, { status }) => (work.voidAt !== null) === voidStatuses.includes(status),
		),
};

const bookingOf = ({ find }: KnownRows, { bookingId }: Job) => find(booking, bookingId);

/** It is there and in the same shop, as far as anybody looked. */
const fits = (row: { shopId: string }, owner: { shopId: string } | null | undefined): boolean =>
	owner === undefined || owner?.shopId === row.shopId;

function visitsFailing(known: KnownRows, holds: (work: Job, visit: Booking) => boolean) {
	return known.rows(job).flatMap((work) => {
		const visit = bookingOf(known, work);
		if (!visit || holds(work, visit)) return [];
		return [{ ids: [visit.id, work.id], states: [visit.status, work.status] }];
	});
}
