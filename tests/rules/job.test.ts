import { describe, expect, it } from 'vitest';
import { assignmentStates, jobStatuses } from '#sync/job/entity.ts';
import * as offers from '#sync/job/offer.ts';
import * as rules from '#sync/job/rules.ts';
import { policyDefaults } from '#sync/shop/policy.ts';
import { asha, joseph, lakshmi, meena, monday, otherOwner, ravi } from '#tests/support/cast.ts';
import {
	aBooking,
	aJob,
	aLine,
	anAssignment,
	anOffer,
	tomorrow,
	tomorrowDone,
	workerIdOf,
} from '#tests/support/builders.ts';

const received = aBooking({ status: 'received', receivedAt: tomorrow });
const lines = [aLine({ minutes: 40 }), aLine({ minutes: 20 })];

describe('starting a job', () => {
	it('sets its clock and when it should be done', () => {
		const job = aJob();

		expect(rules.start(job, received, lines, tomorrow)).toEqual({
			...job,
			status: 'in_progress',
			startedAt: tomorrow,
			expectedEndAt: tomorrowDone,
		});
	});

	it('a second time changes nothing', () => {
		const running = aJob({ status: 'in_progress', startedAt: monday });

		expect(rules.start(running, received, lines, tomorrow)).toBe(running);
	});

	it.each(['held', 'confirmed', 'cancelled', 'no_show', 'expired', 'closed'] as const)(
		'is refused while the booking is %s',
		(status) => {
			expect(() => rules.start(aJob(), { status }, lines, tomorrow)).toThrow('wrong_state');
		},
	);

	it('is refused for a job whose booking ended without work', () => {
		expect(() => rules.start(aJob({ voidAt: monday }), received, lines, tomorrow)).toThrow(
			'wrong_state',
		);
	});
});

describe('completing a job', () => {
	it('says when the work was done', () => {
		const running = aJob({ status: 'in_progress', startedAt: tomorrow });

		expect(rules.complete(running, tomorrowDone)).toEqual({
			...running,
			status: 'completed',
			completedAt: tomorrowDone,
		});
	});

	it('is never before it began, whatever the phones say', () => {
		const running = aJob({ status: 'in_progress', startedAt: tomorrow });

		expect(rules.complete(running, monday).completedAt).toBe(tomorrow);
	});

	it.each(['completed', 'billed'] as const)(
		'a second time, once it is %s, changes nothing',
		(status) => {
			const done = aJob({ status, completedAt: tomorrow });

			expect(rules.complete(done, tomorrowDone)).toBe(done);
		},
	);

	it.each(['pending', 'extra_repair_found', 'stopped'] as const)(
		'is refused while it is %s',
		(status) => {
			expect(() => rules.complete(aJob({ status }), tomorrow)).toThrow('wrong_state');
		},
	);
});

describe('whose job it is', () => {
	it('is asked of the assigned worker and of the owner in his place', () => {
		const job = aJob({ epoch: 2 });

		expect(rules.refuseUnlessHis(ravi, tomorrow, job)).toBe(workerIdOf(ravi));
		expect(rules.refuseUnlessHis(ravi, tomorrow, job, 2)).toBe(workerIdOf(ravi));
		expect(rules.refuseUnlessHis(lakshmi, tomorrow, job)).toBe(workerIdOf(ravi));
	});

	it.each([
		['a colleague', meena],
		['a worker of another shop', joseph],
		['the owner of another shop', otherOwner],
		['the customer', asha],
	])('is refused to %s', (_, actor) => {
		expect(() => rules.refuseUnlessHis(actor, tomorrow, aJob())).toThrow('not_assigned');
	});

	it('is refused under a number that was replaced, and while it is nobody’s', () => {
		expect(() => rules.refuseUnlessHis(ravi, tomorrow, aJob({ epoch: 2 }), 1)).toThrow(
			'not_assigned',
		);
		expect(() => rules.refuseUnlessHis(lakshmi, tomorrow, aJob({ workerId: null }))).toThrow(
			'not_assigned',
		);
	});
});

describe('giving and taking back', () => {
	it('gives a job whose hold had run out new life', () => {
		const job = aJob({ workerId: null, voidAt: monday });

		expect(rules.giveTo(job, 'meena', 2)).toEqual({
			...job,
			workerId: 'meena',
			epoch: 2,
			voidAt: null,
		});
	});

	it.each(jobStatuses.filter((each) => each !== 'pending'))(
		'takes no job back once it is %s',
		(status) => {
			expect(() => rules.takeBack(aJob({ status }))).toThrow('wrong_state');
		},
	);

	it('keeps the number when a job is taken back', () => {
		expect(rules.takeBack(aJob({ epoch: 3 }))).toMatchObject({ workerId: null, epoch: 3 });
	});

	it.each([
		['held', 'pending'],
		['cancelled', 'pending'],
		['received', 'in_progress'],
		['received', 'completed'],
	] as const)('looks for nobody while the booking is %s and the job %s', (status, work) => {
		expect(() => rules.refuseUnlessStaffable(aJob({ status: work }), { status })).toThrow(
			'wrong_state',
		);
	});
});

describe('an assignment', () => {
	it('goes from held to planned to accepted to working, and ends', () => {
		const held = anAssignment({ state: 'hold' });
		const planned = rules.plan(held);
		const accepted = rules.acknowledge(planned);
		const working = rules.work(accepted);

		expect([planned.state, accepted.state, working.state]).toEqual([
			'planned',
			'accepted',
			'working',
		]);
		expect(rules.end(working, 'done', tomorrow)).toEqual({
			...working,
			state: 'done',
			endedAt: tomorrow,
		});
	});

	it.each(assignmentStates)('that is %s stays as it is where a step does not apply', (state) => {
		const each = anAssignment({ state });
		const isOver = state === 'done' || state === 'released';

		if (state !== 'hold') expect(rules.plan(each)).toBe(each);
		if (state !== 'planned') expect(rules.acknowledge(each)).toBe(each);
		expect(rules.end(each, 'released', tomorrow) === each).toBe(isOver);
		expect(rules.work(each) === each).toBe(isOver || state === 'working');
	});
});

describe('an offer', () => {
	const late = '2026-11-23T04:40:00.000Z';

	it('is answered in time', () => {
		for (const kind of ['ack', 'ask'] as const) {
			const offer = anOffer({ kind });
			expect(offers.accept(offer, monday)).toEqual({
				...offer,
				status: 'accepted',
				answeredAt: monday,
			});
		}
	});

	it('that tells of his own job can be answered late', () => {
		expect(offers.accept(anOffer(), late).status).toBe('accepted');
		expect(offers.accept(anOffer({ status: 'expired' }), late).status).toBe('accepted');
	});

	it('that asks counts as taken back once its time is over', () => {
		expect(() => offers.accept(anOffer({ kind: 'ask' }), late)).toThrow('offer_expired');
		expect(() => offers.accept(anOffer({ kind: 'ask', status: 'expired' }), monday)).toThrow(
			'offer_expired',
		);
	});

	it.each(['accepted', 'declined', 'withdrawn'] as const)('that is %s stays as it is', (status) => {
		const offer = anOffer({ status });

		expect(offers.accept(offer, monday)).toBe(offer);
		expect(offers.expire(offer, late)).toBe(offer);
	});

	it('runs out at its time and not before', () => {
		const offer = anOffer();

		expect(offers.expire(offer, '2026-11-23T04:39:59.999Z')).toBe(offer);
		expect(offers.expire(offer, late)).toEqual({ ...offer, status: 'expired' });
	});

	it.each([
		[1, 2],
		[5, 5],
		[90, 10],
		[-5, 2],
	])('for a start in %i minutes is open for %i', (minutes, open) => {
		const startAt = new Date(Date.parse(monday) + minutes * 60_000).toISOString();
		const until = new Date(Date.parse(monday) + open * 60_000).toISOString();

		expect(offers.offerUntil(startAt, monday, policyDefaults)).toBe(until);
	});

	it('is sent for a start within two hours', () => {
		const soon = (at: string) => offers.needsAcknowledgement(at, monday, policyDefaults);

		expect(soon('2026-11-23T06:29:59.999Z')).toBe(true);
		expect(soon('2026-11-23T06:30:00.000Z')).toBe(false);
	});
});
