import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { booking } from '#sync/booking/entity.ts';
import { confirmBooking, receiveBooking, requestBooking } from '#sync/booking/mutators.ts';
import { overlap } from '#sync/booking/rules.ts';
import { liveBookingStatuses } from '#sync/booking/states.ts';
import { systemActor, type Actor } from '#sync/core/actor.ts';
import type { AnyMutator } from '#sync/core/mutator.ts';
import { addDays, addMinutes, instantAt, localDay } from '#sync/core/time.ts';
import { assignment, job, jobOffer } from '#sync/job/entity.ts';
import { acceptJob, assignJob, completeJob, declineJob, startJob } from '#sync/job/mutators.ts';
import { liveAssignmentStates } from '#sync/job/states.ts';
import { mutatorNamed } from '#sync/registry.ts';
import { shop, shopHours } from '#sync/shop/entity.ts';
import { whyNotFree } from '#sync/slot/rules.ts';
import { loadFloor } from '#sync/slot/schedule.ts';
import { timer } from '#sync/timer/entity.ts';
import { workerTime } from '#sync/worker/entity.ts';
import {
	asha,
	ashasBike,
	divya,
	divyasBike,
	imran,
	kiran,
	kiransBike,
	lakshmi,
	lakshmiMotors,
	meena,
	monday,
	ravi,
	service,
} from '#tests/support/cast.ts';
import { Garage, type Ended } from '#tests/support/map-store.ts';

const zone = 'Asia/Kolkata';
const bikes = new Map<Actor, string>([
	[asha, ashasBike],
	[kiran, kiransBike],
	[divya, divyasBike],
]);
const customers = fc.constantFrom(asha, kiran, divya);
const crew = fc.constantFrom(ravi, meena, imran, lakshmi);
const workers = fc.constantFrom(ravi, meena, imran);
/** Which of the bookings so far. */
const nth = fc.nat({ max: 30 });

const acts = fc.oneof(
	fc.record({
		act: fc.constant('book' as const),
		who: customers,
		services: fc.subarray([service.wash, service.general], { minLength: 1 }),
		halfHours: fc.integer({ min: -1, max: 16 }),
		mode: fc.constantFrom('wait', 'drop_off'),
	}),
	fc.record({ act: fc.constant('confirm' as const), nth }),
	fc.record({ act: fc.constant('receive' as const), nth, who: crew }),
	fc.record({ act: fc.constant('start' as const), nth, who: crew }),
	fc.record({ act: fc.constant('complete' as const), nth, who: crew }),
	fc.record({ act: fc.constant('accept' as const), nth, who: workers }),
	fc.record({ act: fc.constant('decline' as const), nth, who: workers }),
	fc.record({ act: fc.constant('assign' as const), nth }),
	fc.record({ act: fc.constant('wait' as const), minutes: fc.constantFrom(1, 9, 11, 40) }),
);
type Act = typeof acts extends fc.Arbitrary<infer A> ? A : never;

/** The shop shuts for lunch, so that pieces matter; everybody is there all day. */
const garage = () => {
	const closed = new Garage().rows(shopHours).filter((each) => each.shopId === lakshmiMotors);
	const opening = closed.flatMap((each) => [
		{ ...each, opens: '09:00', closes: '13:00' },
		{ ...each, id: each.id.replace(/^019c0000/, '029c0000'), opens: '14:00', closes: '19:00' },
	]);
	return new Garage([shopHours, opening]);
};

async function step(world: Garage, act: Act, counts: Map<string, number>): Promise<void> {
	const note = ({ status, refusal }: Ended) => {
		const key = `${act.act} ${refusal ?? status}`;
		counts.set(key, (counts.get(key) ?? 0) + 1);
	};
	if (act.act === 'wait') return advance(world, act.minutes);
	if (act.act === 'book') return book(world, act, note);
	const visits = world.rows(booking);
	const visit = visits[act.nth % Math.max(1, visits.length)];
	if (!visit) return;
	const work = world.rows(job).find((each) => each.bookingId === visit.id);
	const owner = [...bikes].find(([, bike]) => bike === visit.vehicleId)?.[0] ?? asha;
	const ofJob = { jobId: work?.id };
	const ofBooking = { bookingId: visit.id };
	const plan: Record<typeof act.act, [AnyMutator, Actor, object]> = {
		confirm: [confirmBooking, owner, ofBooking],
		assign: [assignJob, owner, ofBooking],
		receive: [receiveBooking, 'who' in act ? act.who : lakshmi, ofBooking],
		start: [startJob, 'who' in act ? act.who : lakshmi, ofJob],
		complete: [completeJob, 'who' in act ? act.who : lakshmi, ofJob],
		accept: [acceptJob, 'who' in act ? act.who : ravi, ofJob],
		decline: [declineJob, 'who' in act ? act.who : ravi, { ...ofJob, reason: 'Busy' }],
	};
	note(await world.perform(...plan[act.act]));
}

/** What the calendar shows just before is what the booking then gets. */
async function book(
	world: Garage,
	act: Extract<Act, { act: 'book' }>,
	note: (ended: Ended) => void,
): Promise<void> {
	const opening = instantAt(zone, localDay(zone, world.now), '09:00');
	const startAt = addMinutes(opening, act.halfHours * 30);
	const during = { from: world.now, until: addMinutes(world.now, 3 * 1_440) };
	const floor = await loadFloor(world.store(), lakshmiMotors, during, world.now);
	const minutes = act.services.reduce((sum, id) => sum + (id === service.wash ? 30 : 60), 0);
	const need = { minutes, bufferMinutes: 0, skills: ['general' as const] };
	const why = whyNotFree({ ...floor, need, mode: act.mode, now: world.now }, startAt);
	const ended = await world.perform(requestBooking, act.who, {
		shopId: lakshmiMotors,
		vehicleId: bikes.get(act.who),
		serviceTypeIds: act.services,
		startAt,
		mode: act.mode,
	});
	note(ended);
	if (why !== null) expect(ended.refusal).toBe(why);
	else expect([undefined, 'too_many_bookings', 'vehicle_busy']).toContain(ended.refusal);
}

async function advance(world: Garage, minutes: number): Promise<void> {
	world.now = addMinutes(world.now, minutes);
	for (const each of [...world.rows(timer)].sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))) {
		if (each.ranAt !== null || each.dueAt > world.now) continue;
		const mutator = mutatorNamed(each.name);
		expect(mutator).not.toBe(null);
		if (mutator) await world.perform(mutator, systemActor, each.args);
		world.put(timer, { ...each, ranAt: world.now });
	}
}

const isLiveTime = ({ state }: { state: string }) =>
	(liveAssignmentStates as readonly string[]).includes(state);
const pairs = <T>(rows: readonly T[]): [T, T][] =>
	rows.flatMap((a, index) => rows.slice(index + 1).map((b): [T, T] => [a, b]));

function holdLaws(world: Garage): void {
	const times = world.rows(assignment);
	const live = times.filter(isLiveTime);
	for (const [a, b] of pairs(live)) {
		expect(a.workerId === b.workerId && overlap(a, b), 'a worker in two places').toBe(false);
		expect(a.jobId, 'two live assignments of a job').not.toBe(b.jobId);
	}
	for (const [a, b] of pairs(times)) expect([a.jobId, a.epoch]).not.toEqual([b.jobId, b.epoch]);
	const visits = world.rows(booking);
	const promised = visits.filter((each) =>
		(liveBookingStatuses as readonly string[]).includes(each.status),
	);
	for (const [a, b] of pairs(promised))
		expect(a.vehicleId === b.vehicleId && overlap(a, b), 'a bike in two places').toBe(false);
	for (const [a, b] of pairs(visits)) expect(a.code).not.toBe(b.code);
	jobsFit(world);
	const running = world.rows(workerTime).filter((each) => each.endedAt === null);
	for (const [a, b] of pairs(running))
		expect(a.workerId, 'two clocks at once').not.toBe(b.workerId);
	const sent = world.rows(jobOffer).filter((each) => each.status === 'sent');
	for (const [a, b] of pairs(sent)) expect(a.jobId, 'two open offers of a job').not.toBe(b.jobId);
}

function jobsFit(world: Garage): void {
	for (const work of world.rows(job)) {
		const visit = world.row(booking, work.bookingId);
		const time = world.rows(assignment).find((each) => each.jobId === work.id && isLiveTime(each));
		const isHeld = visit.status === 'held';
		expect(work.voidAt !== null, 'void as long as expired').toBe(visit.status === 'expired');
		if (time) expect(time.epoch, 'the number of who is in charge').toBe(work.epoch);
		if (time) expect(work.workerId, 'whose job it is').toBe(isHeld ? null : time.workerId);
		if (isHeld) expect(time?.state).toBe('hold');
		if (visit.status === 'expired') expect(time).toBeUndefined();
		if (work.status === 'in_progress') expect(time?.state).toBe('working');
		if (work.status !== 'pending') expect(visit.status).toBe('received');
	}
}

describe('whatever people do in whatever order', () => {
	it('nobody and nothing is in two places, and what is shown free can be had', async () => {
		const counts = new Map<string, number>();
		await fc.assert(
			fc.asyncProperty(fc.array(acts, { minLength: 20, maxLength: 60 }), async (all) => {
				const world = garage();
				expect(world.row(shop, lakshmiMotors).zone).toBe(zone);
				world.now = addMinutes(instantAt(zone, addDays(localDay(zone, monday), 1), '08:00'), 0);
				for (const act of all) {
					await step(world, act, counts);
					holdLaws(world);
				}
			}),
			{ numRuns: 150 },
		);
		console.log('what happened:', Object.fromEntries([...counts].sort()));
		const done = ['book', 'confirm', 'receive', 'start', 'accept', 'decline', 'assign'];
		for (const each of done) expect(counts.get(`${each} applied`) ?? 0, each).toBeGreaterThan(0);
	});
});
