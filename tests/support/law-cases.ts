import { booking } from '#sync/booking/entity.ts';
import type { KnownRows } from '#sync/core/law.ts';
import { assignment, job, jobOffer } from '#sync/job/entity.ts';
import { workerTime } from '#sync/worker/entity.ts';
import { aBooking, aJob, anAssignment, anId, anOffer, workerIdOf } from './builders.ts';
import { meena, monday, otherGarage } from './cast.ts';
import { aClock, atOnce, aVisit, begun, id, knownOf, moved, other, received } from './law-rows.ts';

/** What each law lets pass, and what it does not. */
export const lawCases: Readonly<
	Record<string, { readonly good: KnownRows[]; readonly bad: KnownRows[] }>
> = {
	booking_moves_by_its_edges: {
		good: [
			moved(booking, aBooking({ id }), aBooking({ id, ...received })),
			moved(
				booking,
				aBooking({ id, status: 'expired', holdExpiresAt: monday }),
				aBooking({ id, status: 'confirmed' }),
			),
			atOnce([[booking, aBooking({ id, status: 'held', holdExpiresAt: monday })]], []),
			// Two phones confirmed and received it between two looks.
			knownOf(
				[[booking, aBooking({ id, ...received, status: 'closed', closedAt: monday })]],
				[[booking, aBooking({ id, status: 'held' })]],
			),
		],
		bad: [
			moved(booking, aBooking({ id, status: 'cancelled' }), aBooking({ id })),
			moved(booking, aBooking({ id, ...received }), aBooking({ id })),
			moved(
				booking,
				aBooking({ id }),
				aBooking({ id, ...received, status: 'closed', closedAt: monday }),
			),
			atOnce([[booking, aBooking({ id })]], []),
			knownOf([[booking, aBooking({ id })]], [[booking, aBooking({ id, ...received })]]),
		],
	},
	booking_knows_when: {
		good: [knownOf([[booking, aBooking()]])],
		bad: [
			knownOf([[booking, aBooking({ confirmedAt: null })]]),
			knownOf([[booking, aBooking({ status: 'received' })]]),
			knownOf([[booking, aBooking({ status: 'held' })]]),
		],
	},
	bike_in_one_place: {
		good: [
			knownOf([
				[booking, aBooking({ endAt: '2026-11-24T05:00:00.000Z' })],
				[booking, aBooking({ startAt: '2026-11-24T05:00:00.000Z' })],
			]),
			knownOf([
				[booking, aBooking()],
				[booking, aBooking({ vehicleId: anId() })],
			]),
			knownOf([
				[booking, aBooking()],
				[booking, aBooking({ status: 'cancelled', cancelledAt: monday })],
			]),
		],
		bad: [
			knownOf([
				[booking, aBooking()],
				[booking, aBooking()],
			]),
		],
	},
	job_moves_by_its_edges: {
		good: [
			moved(job, aJob({ id }), aJob({ id, status: 'in_progress' })),
			// A worker who was in the basement started and finished it.
			knownOf([[job, aJob({ id, status: 'completed' })]], [[job, aJob({ id })]]),
		],
		bad: [
			moved(job, aJob({ id }), aJob({ id, status: 'completed' })),
			moved(job, aJob({ id, status: 'billed' }), aJob({ id, status: 'completed' })),
			atOnce([[job, aJob({ id, status: 'in_progress' })]], []),
			knownOf([[job, aJob({ id })]], [[job, aJob({ id, status: 'in_progress' })]]),
		],
	},
	assignment_moves_by_its_edges: {
		good: [
			moved(assignment, anAssignment({ id, state: 'hold' }), anAssignment({ id })),
			moved(assignment, anAssignment({ id }), anAssignment({ id, state: 'working' })),
		],
		bad: [
			moved(assignment, anAssignment({ id, state: 'released' }), anAssignment({ id })),
			moved(
				assignment,
				anAssignment({ id, state: 'done' }),
				anAssignment({ id, state: 'working' }),
			),
			moved(assignment, anAssignment({ id }), anAssignment({ id, state: 'done' })),
		],
	},
	offer_moves_by_its_edges: {
		good: [
			moved(jobOffer, anOffer({ id }), anOffer({ id, status: 'expired' })),
			moved(jobOffer, anOffer({ id, status: 'expired' }), anOffer({ id, status: 'accepted' })),
		],
		bad: [
			moved(jobOffer, anOffer({ id, status: 'declined' }), anOffer({ id, status: 'accepted' })),
			moved(jobOffer, anOffer({ id, status: 'expired' }), anOffer({ id })),
		],
	},
	job_is_of_its_booking: {
		good: [knownOf(aVisit())],
		bad: [knownOf([[job, aJob()]]), knownOf(aVisit({ visit: { shopId: otherGarage } }))],
	},
	assignment_is_of_its_job: {
		good: [knownOf(aVisit())],
		bad: [
			knownOf([[assignment, anAssignment()]]),
			knownOf(aVisit({ time: { shopId: otherGarage } })),
		],
	},
	one_live_assignment: {
		good: [
			knownOf([
				[assignment, anAssignment({ jobId: id, state: 'released' })],
				[assignment, anAssignment({ jobId: id, epoch: 2 })],
			]),
		],
		bad: [
			knownOf([
				[assignment, anAssignment({ jobId: id })],
				[assignment, anAssignment({ jobId: id, state: 'hold', workerId: workerIdOf(meena) })],
			]),
		],
	},
	one_open_offer: {
		good: [
			knownOf([
				[jobOffer, anOffer({ jobId: id })],
				[jobOffer, anOffer({ jobId: id, status: 'withdrawn' })],
			]),
		],
		bad: [
			knownOf([
				[jobOffer, anOffer({ jobId: id })],
				[jobOffer, anOffer({ jobId: id, kind: 'ask' })],
			]),
		],
	},
	job_knows_whose_it_is: {
		good: [
			knownOf(aVisit()),
			knownOf(
				aVisit({
					visit: { status: 'held', holdExpiresAt: monday },
					work: { workerId: null },
					time: { state: 'hold' },
				}),
			),
			knownOf(aVisit({ work: { workerId: null }, time: { state: 'released' } })),
		],
		bad: [
			knownOf(aVisit({ work: { workerId: workerIdOf(meena) } })),
			knownOf(aVisit({ work: { epoch: 2 } })),
			knownOf(aVisit({ work: { workerId: null } })),
		],
	},
	epoch_never_falls: {
		good: [moved(job, aJob({ id, epoch: 1 }), aJob({ id, epoch: 2 }))],
		bad: [moved(job, aJob({ id, epoch: 2 }), aJob({ id, epoch: 1 }))],
	},
	work_needs_the_bike: {
		good: [knownOf(aVisit(begun)), knownOf(aVisit())],
		bad: [knownOf(aVisit({ work: begun.work }))],
	},
	job_is_void_with_its_booking: {
		good: [
			knownOf(
				aVisit({
					visit: { status: 'expired', holdExpiresAt: monday },
					work: { voidAt: monday },
					time: { state: 'released' },
				}),
			),
		],
		bad: [
			knownOf(aVisit({ work: { voidAt: monday } })),
			knownOf(
				aVisit({
					visit: { status: 'no_show' },
					time: { state: 'released' },
				}),
			),
		],
	},
	worker_in_one_place: {
		good: [
			knownOf([
				[assignment, anAssignment({ endAt: '2026-11-24T05:00:00.000Z' })],
				[assignment, anAssignment({ startAt: '2026-11-24T05:00:00.000Z' })],
			]),
			knownOf([
				[assignment, anAssignment()],
				[assignment, anAssignment({ overbook: true })],
			]),
			knownOf([
				[assignment, anAssignment()],
				[assignment, anAssignment({ state: 'done' })],
			]),
			knownOf([
				[assignment, anAssignment()],
				[assignment, anAssignment({ workerId: workerIdOf(meena) })],
			]),
		],
		bad: [
			knownOf([
				[assignment, anAssignment()],
				[assignment, anAssignment({ state: 'hold' })],
			]),
			// The one in between is no longer than the other two are apart.
			knownOf([
				[assignment, anAssignment({ endAt: '2026-11-24T09:00:00.000Z' })],
				[assignment, anAssignment({ workerId: other, endAt: '2026-11-24T04:45:00.000Z' })],
				[
					assignment,
					anAssignment({ startAt: '2026-11-24T08:00:00.000Z', endAt: '2026-11-24T08:30:00.000Z' }),
				],
			]),
		],
	},
	one_open_clock: {
		good: [
			knownOf([
				[workerTime, aClock()],
				[workerTime, aClock({ endedAt: monday })],
			]),
			knownOf([
				[workerTime, aClock()],
				[workerTime, aClock({ kind: 'shift' })],
			]),
			knownOf([
				[workerTime, aClock()],
				[workerTime, aClock({ workerId: workerIdOf(meena) })],
			]),
		],
		bad: [
			knownOf([
				[workerTime, aClock()],
				[workerTime, aClock()],
			]),
		],
	},
	clock_runs_on_begun_work: {
		good: [
			knownOf([
				[job, aJob({ id, status: 'in_progress' })],
				[workerTime, aClock({ jobId: id })],
			]),
			knownOf([
				[job, aJob({ id, status: 'completed' })],
				[workerTime, aClock({ jobId: id, endedAt: monday })],
			]),
		],
		bad: [
			knownOf([
				[job, aJob({ id, status: 'completed' })],
				[workerTime, aClock({ jobId: id })],
			]),
			knownOf([
				[job, aJob({ id })],
				[workerTime, aClock({ jobId: id })],
			]),
		],
	},
};
