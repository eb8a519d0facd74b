import { describe, expect, it } from 'vitest';
import { addMinutes } from '#sync/core/time.ts';
import { assignment, job, jobOffer } from '#sync/job/entity.ts';
import { acceptJob } from '#sync/job/mutators.ts';
import { notice } from '#sync/notice/entity.ts';
import { serviceType } from '#sync/shop/entity.ts';
import { worker } from '#sync/worker/entity.ts';
import {
	admin,
	asha,
	imran,
	joseph,
	lakshmi,
	lakshmiMotors,
	meena,
	monday,
	ravi,
	service,
} from '#tests/support/cast.ts';
import {
	anAssignment,
	anOffer,
	customerIdOf,
	tomorrow,
	tomorrowDone,
	workerIdOf,
} from '#tests/support/builders.ts';
import { liveOf, planned, unassigned } from './ashas-visit.ts';

describe('accepting a job', () => {
	it('that is his answers the offer and says that he knows', async () => {
		const { garage, jobId, bookingId, timeId } = planned();
		const offer = anOffer({ jobId });
		garage.put(jobOffer, offer);

		const { status, ids, events } = await garage.perform(acceptJob, ravi, { jobId });

		expect([status, ids]).toEqual(['applied', { jobId, bookingId }]);
		expect(garage.row(jobOffer, offer.id)).toMatchObject({
			status: 'accepted',
			answeredAt: monday,
		});
		expect(garage.row(assignment, timeId).state).toBe('accepted');
		expect(events.map((each) => each.event)).toEqual(['job.accepted']);
	});

	it('that is his is right though nothing was asked, and a second time changes nothing', async () => {
		const { garage, jobId, timeId } = planned();

		const first = await garage.perform(acceptJob, ravi, { jobId });
		const second = await garage.perform(acceptJob, ravi, { jobId });

		expect([first.status, second.status]).toEqual(['applied', 'noop']);
		expect(garage.row(assignment, timeId).state).toBe('accepted');
	});

	it('that is his is right though the offer ran out', async () => {
		const { garage, jobId } = planned();
		garage.put(jobOffer, anOffer({ jobId, status: 'expired' }));

		const now = addMinutes(monday, 60);
		expect((await garage.perform(acceptJob, ravi, { jobId }, { now })).status).toBe('applied');
	});

	it('that he works on, or is done with, changes nothing', async () => {
		const { garage, jobId, timeId } = planned({ job: { status: 'in_progress' } });
		const time = garage.row(assignment, timeId);
		for (const state of ['working', 'done']) {
			garage.put(assignment, { ...time, state });
			expect((await garage.perform(acceptJob, ravi, { jobId })).status).toBe('noop');
		}
	});

	it('that is another’s is refused', async () => {
		const { garage, jobId } = planned();

		expect((await garage.perform(acceptJob, meena, { jobId })).refusal).toBe('already_taken');
	});

	it('of another shop is not found, and not for other people', async () => {
		const { garage, jobId } = planned();

		expect((await garage.perform(acceptJob, joseph, { jobId })).refusal).toBe('not_found');
		for (const actor of [asha, lakshmi, admin])
			expect((await garage.perform(acceptJob, actor, { jobId })).refusal).toBe('not_allowed');
	});

	it('of a hold that nobody confirmed is refused', async () => {
		const { garage, jobId, timeId } = planned({ booking: { status: 'held' } });
		garage.put(assignment, { ...garage.row(assignment, timeId), state: 'hold' });

		expect((await garage.perform(acceptJob, ravi, { jobId })).refusal).toBe('wrong_state');
	});
});

describe('taking a job that nobody has', () => {
	it('makes it his, under the next number', async () => {
		const { garage, jobId, bookingId } = unassigned();

		const { status, events } = await garage.perform(acceptJob, meena, { jobId });

		expect(status).toBe('applied');
		const workerId = workerIdOf(meena);
		expect(garage.row(job, jobId)).toMatchObject({ workerId, epoch: 2 });
		expect(liveOf(garage, jobId)).toMatchObject({
			workerId,
			epoch: 2,
			state: 'accepted',
			assignedBy: 'worker',
			startAt: tomorrow,
			endAt: tomorrowDone,
		});
		expect(events).toEqual([
			{ event: 'job.taken', jobId, bookingId, shopId: lakshmiMotors, workerId },
		]);
		expect(garage.rows(notice)).toMatchObject([
			{ kind: 'job_assigned', customerId: customerIdOf(asha) },
			{ kind: 'job_taken', shopId: lakshmiMotors },
		]);
	});

	it('is open to the worker who gave it back', async () => {
		const { garage, jobId } = unassigned();

		expect((await garage.perform(acceptJob, ravi, { jobId })).status).toBe('applied');
	});

	it('is won by the first; the second hears that it is taken', async () => {
		const { garage, jobId } = unassigned();
		await garage.perform(acceptJob, meena, { jobId });

		expect((await garage.perform(acceptJob, imran, { jobId })).refusal).toBe('already_taken');
	});

	it('begins now when its time has passed', async () => {
		const { garage, jobId } = unassigned({ booking: { status: 'received' } });
		const now = addMinutes(tomorrow, 25);

		await garage.perform(acceptJob, meena, { jobId }, { now });

		expect(liveOf(garage, jobId)).toMatchObject({ startAt: now, endAt: addMinutes(now, 60) });
	});

	it('needs the skills', async () => {
		const { garage, jobId } = unassigned();
		garage.put(worker, { ...garage.row(worker, workerIdOf(meena)), skills: ['tyres'] });

		expect((await garage.perform(acceptJob, meena, { jobId })).refusal).toBe('skill_missing');
	});

	it('is refused to who has another job at that time, buffer included', async () => {
		const { garage, jobId } = unassigned();
		const buffered = { ...garage.row(serviceType, service.general), bufferAfterMinutes: 15 };
		const own = anAssignment({
			workerId: workerIdOf(meena),
			startAt: addMinutes(tomorrowDone, 10),
			endAt: addMinutes(tomorrowDone, 70),
		});
		garage.put(assignment, own);

		garage.put(serviceType, buffered);
		expect((await garage.perform(acceptJob, meena, { jobId })).refusal).toBe('worker_busy');
		garage.put(serviceType, { ...buffered, bufferAfterMinutes: 10 });
		expect((await garage.perform(acceptJob, meena, { jobId })).status).toBe('applied');
	});

	it('is too late for who was asked and let the time pass', async () => {
		const { garage, jobId } = unassigned();
		garage.put(jobOffer, anOffer({ jobId, kind: 'ask', workerId: workerIdOf(meena), seq: 2 }));

		const now = addMinutes(monday, 10);
		const ended = await garage.perform(acceptJob, meena, { jobId }, { now });

		expect(ended.refusal).toBe('offer_expired');
	});

	it.each(['cancelled', 'expired', 'no_show'] as const)(
		'is refused once the booking is %s',
		async (status) => {
			const { garage, jobId } = unassigned({ booking: { status } });

			expect((await garage.perform(acceptJob, meena, { jobId })).refusal).toBe('wrong_state');
		},
	);
});
