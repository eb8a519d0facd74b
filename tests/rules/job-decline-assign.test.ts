import { describe, expect, it } from 'vitest';
import { systemActor } from '#sync/core/actor.ts';
import { addMinutes } from '#sync/core/time.ts';
import { assignment, job, jobOffer } from '#sync/job/entity.ts';
import { acceptJob, assignJob, declineJob, expireOffer } from '#sync/job/mutators.ts';
import { notice } from '#sync/notice/entity.ts';
import {
	admin,
	asha,
	imran,
	joseph,
	kiran,
	lakshmi,
	lakshmiMotors,
	meena,
	monday,
	otherOwner,
	ravi,
} from '#tests/support/cast.ts';
import { anAssignment, anOffer, tomorrow, workerIdOf } from '#tests/support/builders.ts';
import { liveOf, planned, unassigned } from './ashas-visit.ts';

describe('declining a job', () => {
	const reason = 'My daughter is ill';

	it('gives it back, frees his time and keeps the reason', async () => {
		const { garage, jobId, bookingId, timeId } = planned();
		const offer = anOffer({ jobId });
		garage.put(jobOffer, offer);

		const { status, events } = await garage.perform(declineJob, ravi, { jobId, reason });

		expect(status).toBe('applied');
		expect(garage.row(job, jobId)).toMatchObject({ workerId: null, epoch: 1 });
		expect(garage.row(assignment, timeId)).toMatchObject({ state: 'released', endedAt: monday });
		expect(garage.row(jobOffer, offer.id)).toMatchObject({
			status: 'declined',
			declineReason: reason,
			answeredAt: monday,
		});
		const told = { jobId, bookingId, shopId: lakshmiMotors, workerId: workerIdOf(ravi) };
		expect(events).toEqual([{ event: 'job.declined', ...told }]);
	});

	it('keeps the reason also when he was never asked', async () => {
		const { garage, jobId } = planned();

		await garage.perform(declineJob, ravi, { jobId, reason });

		expect(garage.rows(jobOffer)).toMatchObject([
			{ jobId, workerId: workerIdOf(ravi), seq: 1, status: 'declined', declineReason: reason },
		]);
	});

	it('after a yes is possible until he begins', async () => {
		const { garage, jobId } = planned();
		await garage.perform(acceptJob, ravi, { jobId });

		expect((await garage.perform(declineJob, ravi, { jobId, reason })).status).toBe('applied');
	});

	it('is refused once he began', async () => {
		const { garage, jobId } = planned({ job: { status: 'in_progress' } });

		expect((await garage.perform(declineJob, ravi, { jobId, reason })).refusal).toBe('wrong_state');
	});

	it('a second time changes nothing', async () => {
		const { garage, jobId } = planned();
		await garage.perform(declineJob, ravi, { jobId, reason });

		const again = await garage.perform(declineJob, ravi, { jobId, reason });

		expect(again.status).toBe('noop');
		expect(garage.rows(jobOffer)).toHaveLength(1);
	});

	it('and taking it back and declining again keeps both reasons', async () => {
		const { garage, jobId } = planned();
		await garage.perform(declineJob, ravi, { jobId, reason });
		await garage.perform(acceptJob, ravi, { jobId });
		await garage.perform(declineJob, ravi, { jobId, reason: 'Ill myself now' });

		expect(garage.rows(jobOffer).map((each) => each.declineReason)).toEqual([
			reason,
			'Ill myself now',
		]);
		expect(liveOf(garage, jobId)).toBeUndefined();
	});

	it.each([
		['a colleague', meena, 'not_assigned'],
		['a worker of another shop', joseph, 'not_found'],
		['the owner', lakshmi, 'not_allowed'],
	] as const)('is refused to %s', async (_, actor, refusal) => {
		const { garage, jobId } = planned();

		expect((await garage.perform(declineJob, actor, { jobId, reason })).refusal).toBe(refusal);
	});

	it('needs a reason', async () => {
		const { garage, jobId } = planned();

		const ended = await garage.perform(declineJob, ravi, { jobId, reason: '' });
		expect(ended.refusal).toBe('not_understood');
	});
});

describe('finding a worker for a visit that has none', () => {
	it.each([
		['the customer', asha],
		['the owner', lakshmi],
		['an admin', admin],
	])('is done for %s, by load, never by who said no', async (_, actor) => {
		const { garage, bookingId, jobId } = unassigned();

		const { status, ids, events } = await garage.perform(assignJob, actor, { bookingId });

		expect([status, ids]).toEqual(['applied', { bookingId, jobId }]);
		const chosen = liveOf(garage, jobId);
		expect(chosen).toMatchObject({
			epoch: 2,
			state: 'planned',
			assignedBy: 'auto',
			startAt: tomorrow,
		});
		expect(chosen?.reason.filtered).toContainEqual({ workerId: workerIdOf(ravi), why: 'declined' });
		expect(garage.row(job, jobId)).toMatchObject({ workerId: chosen?.workerId, epoch: 2 });
		expect(events.map((each) => each.event)).toEqual(['job.assigned']);
		expect(garage.rows(notice).map((each) => each.kind)).toEqual(['job_assigned', 'job_assigned']);
	});

	it('changes nothing while it has one', async () => {
		const { garage, bookingId, jobId } = planned();

		const ended = await garage.perform(assignJob, asha, { bookingId });

		expect([ended.status, ended.ids]).toEqual(['noop', { bookingId, jobId }]);
	});

	it('for a bike that stands there begins now, off the grid, and asks the worker', async () => {
		const { garage, bookingId, jobId } = unassigned({ booking: { status: 'received' } });
		const now = addMinutes(tomorrow, 7);

		const { events } = await garage.perform(assignJob, lakshmi, { bookingId }, { now });

		expect(liveOf(garage, jobId)).toMatchObject({ startAt: now, endAt: addMinutes(now, 60) });
		expect(events.map((each) => each.event)).toEqual(['job.assigned', 'offer.sent']);
		const [sent] = garage.rows(jobOffer).filter((each) => each.status === 'sent');
		expect(sent).toMatchObject({ kind: 'ack', seq: 2, expiresAt: addMinutes(now, 2) });
	});

	it('withdraws what is still being asked of others', async () => {
		const soon = { startAt: addMinutes(monday, 60), endAt: addMinutes(monday, 120) };
		const { garage, bookingId, jobId } = unassigned({ booking: soon });
		const asked = anOffer({ jobId, kind: 'ask', workerId: workerIdOf(imran), seq: 2 });
		garage.put(jobOffer, asked);

		await garage.perform(assignJob, lakshmi, { bookingId });

		expect(garage.row(jobOffer, asked.id).status).toBe('withdrawn');
		expect(garage.rows(jobOffer).filter((each) => each.status === 'sent')).toHaveLength(1);
	});

	it('is refused when nobody is free', async () => {
		const { garage, bookingId } = unassigned();
		const others = [meena, imran].map((each) => anAssignment({ workerId: workerIdOf(each) }));
		garage.put(assignment, ...others);

		expect((await garage.perform(assignJob, asha, { bookingId })).refusal).toBe('nobody_free');
	});

	it.each([
		['held', 'pending'],
		['expired', 'pending'],
		['cancelled', 'pending'],
		['received', 'completed'],
	] as const)('is refused for a booking that is %s and a job that is %s', async (status, work) => {
		const { garage, bookingId } = unassigned({ booking: { status }, job: { status: work } });

		expect((await garage.perform(assignJob, asha, { bookingId })).refusal).toBe('wrong_state');
	});

	it.each([
		['another customer', kiran, 'not_found'],
		['the owner of another shop', otherOwner, 'not_found'],
		['a worker', ravi, 'not_allowed'],
	] as const)('is refused to %s', async (_, actor, refusal) => {
		const { garage, bookingId } = unassigned();

		expect((await garage.perform(assignJob, actor, { bookingId })).refusal).toBe(refusal);
	});
});

describe('an offer that nobody answered', () => {
	it('is closed by the clock at its time; the job stays his', async () => {
		const { garage, jobId } = planned();
		const offer = anOffer({ jobId });
		garage.put(jobOffer, offer);
		const args = { offerId: offer.id };

		const early = await garage.perform(expireOffer, systemActor, args);
		const due = await garage.perform(expireOffer, systemActor, args, { now: offer.expiresAt });
		const again = await garage.perform(expireOffer, systemActor, args);

		expect([early.status, due.status, again.status]).toEqual(['noop', 'applied', 'noop']);
		expect(garage.row(jobOffer, offer.id).status).toBe('expired');
		expect(garage.row(job, jobId).workerId).toBe(workerIdOf(ravi));
		expect(due.events).toEqual([
			{ event: 'offer.expired', offerId: offer.id, jobId, workerId: workerIdOf(ravi) },
		]);
	});

	it('is closed by nobody else', async () => {
		const { garage, jobId } = planned();
		const offer = anOffer({ jobId });
		garage.put(jobOffer, offer);

		for (const actor of [ravi, lakshmi, admin, asha])
			expect((await garage.perform(expireOffer, actor, { offerId: offer.id })).refusal).toBe(
				'not_allowed',
			);
	});
});
