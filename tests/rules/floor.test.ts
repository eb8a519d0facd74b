import { describe, expect, it } from 'vitest';
import { addMinutes } from '#sync/core/time.ts';
import { assignment, job, jobOffer } from '#sync/job/entity.ts';
import { completeJob, startJob } from '#sync/job/mutators.ts';
import { notice } from '#sync/notice/entity.ts';
import { observation } from '#sync/observation/entity.ts';
import { workerTime } from '#sync/worker/entity.ts';
import {
	asha,
	joseph,
	lakshmi,
	lakshmiMotors,
	meena,
	monday,
	otherOwner,
	ravi,
} from '#tests/support/cast.ts';
import {
	anId,
	anOffer,
	customerIdOf,
	tomorrow,
	tomorrowDone,
	workerIdOf,
} from '#tests/support/builders.ts';
import { due, kept, received, running } from './ashas-visit.ts';

const aClock = (over: object) => ({
	id: anId(),
	workerId: workerIdOf(ravi),
	jobId: anId(),
	kind: 'job',
	startedAt: monday,
	endedAt: null,
	...over,
});

describe('reporting that work began', () => {
	it('runs the job’s clock and says when it should be done', async () => {
		const { garage, jobId, timeId, bookingId } = received();

		const { status, events } = await garage.perform(startJob, ravi, { jobId, epoch: 1 });

		expect(status).toBe('applied');
		expect(garage.row(job, jobId)).toMatchObject({
			status: 'in_progress',
			startedAt: tomorrow,
			expectedEndAt: tomorrowDone,
		});
		expect(garage.row(assignment, timeId).state).toBe('working');
		const workerId = workerIdOf(ravi);
		expect(garage.rows(workerTime)).toMatchObject([
			{ workerId, jobId, kind: 'job', startedAt: tomorrow, endedAt: null },
		]);
		const told = { jobId, bookingId, shopId: lakshmiMotors, workerId };
		expect(events).toEqual([{ event: 'job.started', ...told }]);
		expect(garage.rows(notice)).toMatchObject([
			{ kind: 'job_started', customerId: customerIdOf(asha) },
		]);
	});

	it('stops the clock of whatever else he worked on, and no other clock', async () => {
		const { garage, jobId } = received();
		const other = aClock({});
		const onShift = aClock({ kind: 'shift' });
		const meenas = aClock({ workerId: workerIdOf(meena) });
		const stopped = aClock({ endedAt: monday });
		garage.put(workerTime, other, onShift, meenas, stopped);

		await garage.perform(startJob, ravi, { jobId });

		expect(garage.row(workerTime, other.id).endedAt).toBe(tomorrow);
		for (const each of [onShift, meenas, stopped])
			expect(garage.row(workerTime, each.id)).toBe(each);
	});

	it('never stops a clock before it began, when reports arrive out of order', async () => {
		const { garage, jobId } = received();
		const other = aClock({ startedAt: addMinutes(tomorrow, 3) });
		garage.put(workerTime, other);

		await garage.perform(startJob, ravi, { jobId });

		expect(garage.row(workerTime, other.id).endedAt).toBe(other.startedAt);
	});

	it('answers the question whether he knows of the job', async () => {
		const { garage, jobId } = received();
		const asked = anOffer({ jobId });
		garage.put(jobOffer, asked);

		await garage.perform(startJob, ravi, { jobId });

		expect(garage.row(jobOffer, asked.id)).toMatchObject({
			status: 'accepted',
			answeredAt: tomorrow,
		});
	});

	it('may be told by the owner, for the worker’s clock', async () => {
		const { garage, jobId } = received();

		await garage.perform(startJob, lakshmi, { jobId });

		expect(garage.rows(workerTime)).toMatchObject([{ workerId: workerIdOf(ravi) }]);
	});

	it('a second time changes nothing, also once it is done', async () => {
		const { garage, jobId } = received();
		await garage.perform(startJob, ravi, { jobId });

		const again = await garage.perform(startJob, ravi, { jobId });
		await garage.perform(completeJob, ravi, { jobId });
		const later = await garage.perform(startJob, ravi, { jobId });

		expect([again.status, later.status]).toEqual(['noop', 'noop']);
		expect(garage.rows(workerTime)).toHaveLength(1);
	});

	it('by whoever was replaced is kept for review, and moves nothing', async () => {
		const { garage, jobId } = received();
		const at = addMinutes(tomorrow, -2);

		const { status } = await garage.perform(
			startJob,
			meena,
			{ jobId, epoch: 1 },
			{ at, now: tomorrow },
		);

		expect(status).toBe('recorded');
		expect(garage.row(job, jobId).status).toBe('pending');
		expect(garage.rows(workerTime)).toEqual([]);
		const workerId = workerIdOf(meena);
		const report = { what: 'job.start', refusal: 'not_assigned', workerId, epoch: 1, doneAt: at };
		expect(kept(garage)).toEqual({ observations: [report], told: [lakshmiMotors, workerId] });
	});

	it('under an old number is kept for review, even by the same worker', async () => {
		const { garage, jobId } = received();
		garage.put(job, { ...garage.row(job, jobId), epoch: 2 });

		const ended = await garage.perform(startJob, ravi, { jobId, epoch: 1 });

		expect([ended.status, ended.refusal]).toEqual(['recorded', 'not_assigned']);
	});

	it('on a bike that is not there is kept for review; of the owner only the office is told', async () => {
		const { garage, jobId } = due();

		const ended = await garage.perform(startJob, lakshmi, { jobId });

		expect([ended.status, ended.refusal]).toEqual(['recorded', 'wrong_state']);
		expect(kept(garage).told).toEqual([lakshmiMotors]);
	});

	it.each([
		['a worker of another shop', joseph, 'not_found'],
		['the owner of another shop', otherOwner, 'not_found'],
		['the customer', asha, 'not_allowed'],
	] as const)('is refused to %s, and nothing is kept', async (_, actor, refusal) => {
		const { garage, jobId } = received();

		const ended = await garage.perform(startJob, actor, { jobId });

		expect([ended.status, ended.refusal]).toEqual(['refused', refusal]);
		expect(garage.rows(observation)).toEqual([]);
	});

	it('counts for who worked there then, though he has left since', async () => {
		const { garage, jobId } = received();
		const [grant] = ravi.grants;
		const gone = { ...ravi, grants: [{ ...grant!, revokedAt: addMinutes(tomorrow, 1) }] };
		const now = addMinutes(tomorrow, 60);

		const inTime = await garage.perform(startJob, gone, { jobId }, { at: tomorrow, now });
		const tooLate = await garage.perform(completeJob, gone, { jobId }, { at: now, now });

		expect([inTime.status, tooLate.refusal]).toEqual(['applied', 'not_allowed']);
	});
});

describe('reporting that the work is done', () => {
	it('stops the clocks of the job and frees the worker', async () => {
		const { garage, jobId, timeId, bookingId } = running();
		const clock = aClock({ jobId, startedAt: tomorrow });
		const waiting = aClock({ jobId, kind: 'waiting', startedAt: tomorrow });
		garage.put(workerTime, clock, waiting);
		const at = addMinutes(tomorrow, 45);

		const { status, events } = await garage.perform(
			completeJob,
			ravi,
			{ jobId, epoch: 1 },
			{ at, now: at },
		);

		expect(status).toBe('applied');
		expect(garage.row(job, jobId)).toMatchObject({ status: 'completed', completedAt: at });
		expect(garage.row(assignment, timeId)).toMatchObject({ state: 'done', endedAt: at });
		for (const each of [clock, waiting]) expect(garage.row(workerTime, each.id).endedAt).toBe(at);
		expect(events).toMatchObject([{ event: 'job.completed', jobId, bookingId }]);
		expect(garage.rows(notice)).toMatchObject([
			{ kind: 'job_completed', customerId: customerIdOf(asha) },
			{ kind: 'job_completed', shopId: lakshmiMotors },
		]);
	});

	it('a second time changes nothing', async () => {
		const { garage, jobId } = running();
		await garage.perform(completeJob, ravi, { jobId });

		expect((await garage.perform(completeJob, ravi, { jobId })).status).toBe('noop');
	});

	it.each([
		['that never began', ravi, 'wrong_state', received],
		['of somebody else', meena, 'not_assigned', running],
	] as const)('of a job %s is kept for review', async (_, actor, refusal, given) => {
		const { garage, jobId } = given();

		const ended = await garage.perform(completeJob, actor, { jobId, epoch: 1 });

		expect([ended.status, ended.refusal]).toEqual(['recorded', refusal]);
		expect(kept(garage).observations).toMatchObject([{ what: 'job.complete', refusal, epoch: 1 }]);
	});

	it('is not found for other shops', async () => {
		const { garage, jobId } = running();

		expect((await garage.perform(completeJob, joseph, { jobId })).refusal).toBe('not_found');
	});
});
