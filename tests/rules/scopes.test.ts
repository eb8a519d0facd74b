import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { bookingStatuses } from '#sync/booking/entity.ts';
import {
	goneReason,
	placesOfVisit,
	scopesOfVisit,
	timesMoved,
	type Visit,
} from '#sync/booking/scopes.ts';
import { systemActor } from '#sync/core/actor.ts';
import { scopeOf, type Scope } from '#sync/core/scope.ts';
import { addDays, instantAt, instantOf, minuteMs } from '#sync/core/time.ts';
import { assignmentStates, jobStatuses } from '#sync/job/entity.ts';
import { ageShop } from '#sync/shop/age.ts';
import { movedTo, shopWindow, type ShopWindow } from '#sync/shop/age-window.ts';
import { lakshmiMotors, ravi } from '#tests/support/cast.ts';
import { Garage } from '#tests/support/map-store.ts';
import { ids } from '#tests/support/sample-garage.ts';
import { aBooking, aJob, anAssignment } from '#tests/support/sample.ts';

const zone = 'Asia/Kolkata';
const today = '2026-11-23';
const window: ShopWindow = { id: ids.shop, day: today, zone };
const scope = {
	floor: scopeOf.floor(ids.shop),
	office: scopeOf.office(ids.shop),
	worker: scopeOf.worker(ids.ravi),
	customer: scopeOf.customer(ids.customer),
};

/** A visit so many days from today, at that local time. */
const aVisit = (days: number, at = '10:00', over: Partial<Visit> = {}): Visit => ({
	booking: aBooking({ startAt: instantAt(zone, addDays(today, days), at) }),
	job: aJob(),
	assignments: [anAssignment()],
	offers: [],
	...over,
});
const standing = (days: number): Visit => {
	const visit = aVisit(days);
	return {
		...visit,
		booking: { ...visit.booking, status: 'received' },
		job: aJob({ status: 'in_progress' }),
		assignments: [anAssignment({ state: 'working' })],
	};
};
const shows = (visit: Visit, where: Scope) => scopesOfVisit(visit, window).has(where);

describe('the days of a shop', () => {
	it('show the floor yesterday and a week ahead, by the local calendar', () => {
		expect(shows(aVisit(-2, '23:59'), scope.floor)).toBe(false);
		expect(shows(aVisit(-1, '00:00'), scope.floor)).toBe(true);
		expect(shows(aVisit(7, '23:59'), scope.floor)).toBe(true);
		expect(shows(aVisit(8, '00:00'), scope.floor)).toBe(false);
	});

	it.each(['office', 'worker'] as const)('show the %s thirty days back and all ahead', (which) => {
		expect(shows(aVisit(-31, '23:59'), scope[which])).toBe(false);
		expect(shows(aVisit(-30, '00:00'), scope[which])).toBe(true);
		expect(shows(aVisit(90), scope[which])).toBe(true);
	});

	it('show a customer all his visits', () => {
		expect(shows(aVisit(-400), scope.customer)).toBe(true);
		expect(shows(aVisit(400), scope.customer)).toBe(true);
	});

	it('keep a bike that stands in the garage in everybody’s sight, however long it does', () => {
		for (const each of Object.values(scope)) expect(shows(standing(-60), each)).toBe(true);
	});

	it('show everything of a shop that has not begun to count', () => {
		expect(scopesOfVisit(aVisit(-400), null).has(scope.floor)).toBe(true);
	});
});

describe('what a worker may know', () => {
	const customerOf = (visit: Visit) =>
		placesOfVisit(visit, window).has(`${scope.worker} people/${ids.customer}`);
	const after = (over: Partial<Visit['booking']>, work: Partial<NonNullable<Visit['job']>>) => {
		const visit = standing(0);
		return { ...visit, booking: { ...visit.booking, ...over }, job: aJob(work) };
	};

	it('is whose bike it is, until the work is done', () => {
		expect(customerOf(aVisit(0))).toBe(true);
		expect(customerOf(standing(0))).toBe(true);
		expect(customerOf(after({}, { status: 'completed' }))).toBe(false);
		expect(customerOf(after({ status: 'closed' }, { status: 'billed' }))).toBe(false);
		expect(customerOf(after({ status: 'no_show' }, { status: 'pending' }))).toBe(false);
	});

	it('is still the job and the bike when the work is done, and the office knows all', () => {
		const places = placesOfVisit(after({}, { status: 'completed' }), window);
		for (const text of [`jobs/${ids.job}`, `vehicles/${ids.vehicle}`, `bookings/${ids.booking}`])
			expect([...places.keys()]).toContain(`${scope.worker} ${text}`);
		expect([...places.keys()]).toContain(`${scope.office} people/${ids.customer}`);
	});

	it('is told as moved, a visit that grew old as aged', () => {
		expect(goneReason(after({}, { status: 'completed' }), scope.worker, window)).toBe('moved');
		expect(goneReason(aVisit(-2), scope.floor, window)).toBe('aged');
		const released = { ...aVisit(0), assignments: [anAssignment({ state: 'released' })] };
		expect(goneReason(released, scope.worker, window)).toBe('reassigned');
	});
});

describe('a window that moves', () => {
	it('passes over every visit that enters or leaves a scope by it', () => {
		const visits = fc.record({
			days: fc.integer({ min: -45, max: 45 }),
			minutes: fc.integer({ min: 0, max: 1_439 }),
			status: fc.constantFrom(...bookingStatuses),
			job: fc.constantFrom(...jobStatuses),
			state: fc.constantFrom(...assignmentStates),
		});
		let moved = 0;
		fc.assert(
			fc.property(visits, fc.integer({ min: 1, max: 40 }), (wanted, days) => {
				const at = instantOf(wanted.minutes * minuteMs).slice(11, 16);
				const visit = aVisit(wanted.days, at, {
					job: aJob({ status: wanted.job }),
					assignments: [anAssignment({ state: wanted.state })],
				});
				const own = { ...visit, booking: { ...visit.booking, status: wanted.status } };
				const next = movedTo(window, { day: addDays(today, days), zone });
				const places = [placesOfVisit(own, window), placesOfVisit(own, next)];
				const same = [...places[0]!.keys()].join() === [...places[1]!.keys()].join();
				if (same) return;
				moved += 1;
				const { startAt } = own.booking;
				const passed = timesMoved(window, next) ?? [];
				expect(passed.some(({ from, until }) => from <= startAt && startAt < until)).toBe(true);
			}),
			{ numRuns: 2_000 },
		);
		expect(moved).toBeGreaterThan(100);
	});

	it('passes over all when there was none, or when days were told in another zone', () => {
		expect(timesMoved(null, window)).toBe(null);
		expect(timesMoved({ ...window, zone: 'Asia/Dubai' }, window)).toBe(null);
	});
});

describe('the night of a shop', () => {
	const aged = (garage: Garage, day: string, actor = systemActor) =>
		garage.perform(ageShop, actor, { shopId: lakshmiMotors, day });
	const windowIn = (garage: Garage) =>
		garage.rows(shopWindow).find((each) => each.id === lakshmiMotors);

	it('moves its window forward, also over days that were missed, and never back', async () => {
		const garage = new Garage();

		expect(await aged(garage, today)).toMatchObject({ status: 'applied' });
		expect(windowIn(garage)).toMatchObject({ day: today, zone });
		await aged(garage, addDays(today, 12));
		expect(windowIn(garage)?.day).toBe('2026-12-05');
		expect(await aged(garage, today)).toMatchObject({ status: 'noop' });
		expect(windowIn(garage)?.day).toBe('2026-12-05');
	});

	it('is the clock’s affair alone', async () => {
		expect(await aged(new Garage(), today, ravi)).toMatchObject({ refusal: 'not_allowed' });
	});
});
