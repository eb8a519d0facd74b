import { describe, expect, it, vi } from 'vitest';
import { indianMobile } from '#lib/online/sign-in.ts';
import { standingOf } from '#lib/parts/booking/booking.ts';
import { byUrgency, isFree, nextStep, type JobDoc, type Visit } from '#lib/parts/job/job.ts';
import { alternativesIn } from '#lib/parts/refusal/refused.ts';
import { mainRole } from '#lib/parts/role/role.ts';
import { byPartOfDay, daysFrom } from '#lib/parts/slot/slot.ts';
import { aBooking, aJob, anAssignment, anOffer, tomorrow } from '#tests/support/builders.ts';
import { monday } from '#tests/support/cast.ts';

// What these screens import looks at the browser's storage as soon as it is loaded.
vi.hoisted(() => vi.stubGlobal('localStorage', { getItem: () => null }));

const zone = 'Asia/Kolkata';

const aVisit = (job: Partial<JobDoc>, booking = aBooking()): Visit => ({
	job: { ...aJob(), assignments: [anAssignment()], offers: [], clocks: [], ...job },
	booking,
});
const received = aBooking({ status: 'received', receivedAt: monday });
const accepted = { assignments: [anAssignment({ state: 'accepted' as const })] };

describe('the next step of a job', () => {
	it('is to accept it while he has not said yes', () => {
		expect(nextStep(aVisit({}))).toBe('accept');
	});

	it('is to take in the bike once he has', () => {
		expect(nextStep(aVisit(accepted))).toBe('receive');
	});

	it('is to start once the bike is there, whether he said yes or not', () => {
		expect(nextStep(aVisit({}, received))).toBe('start');
	});

	it('is to complete what was begun', () => {
		expect(nextStep(aVisit({ status: 'in_progress' }, received))).toBe('complete');
	});

	it.each(['completed', 'billed', 'stopped'] as const)('is nothing once it is %s', (status) => {
		expect(nextStep(aVisit({ status }, received))).toBeNull();
	});

	it('is nothing when the booking ended without work', () => {
		expect(nextStep(aVisit({ voidAt: monday }))).toBeNull();
	});
});

describe('the list of jobs', () => {
	it('puts the running one first, then what waits for an answer, then by time', () => {
		const running = aVisit({ status: 'in_progress' }, aBooking({ startAt: tomorrow }));
		const asked = aVisit({ offers: [anOffer({ expiresAt: tomorrow })] });
		const early = aVisit(accepted, aBooking({ startAt: monday }));
		const late = aVisit(accepted, aBooking({ startAt: tomorrow }));

		expect([late, early, asked, running].sort(byUrgency(monday))).toEqual([
			running,
			asked,
			early,
			late,
		]);
	});

	it('offers to everybody only what nobody has', () => {
		expect(isFree(aVisit({ workerId: null }))).toBe(true);
		expect(isFree(aVisit({}))).toBe(false);
		expect(isFree(aVisit({ workerId: null }, aBooking({ status: 'cancelled' })))).toBe(false);
	});
});

describe('how a visit stands', () => {
	it('is told by the work once the bike is in', () => {
		expect(standingOf(received, aJob(), monday)).toBe('bookingStatus.received');
		expect(standingOf(received, aJob({ status: 'completed' }), monday)).toBe('jobStatus.completed');
	});

	it('is not confirmed in time once the hold has run out', () => {
		const held = aBooking({ status: 'held', holdExpiresAt: monday });

		expect(standingOf(held, undefined, monday)).toBe('bookingStatus.expired');
	});
});

describe('the free times', () => {
	it('are grouped by the part of the day at the shop, not on the phone', () => {
		const at = (start: string) => ({ start, end: start });
		const midnight = at('2026-11-23T18:30:00.000Z');
		const noon = at('2026-11-24T06:30:00.000Z');
		const evening = at('2026-11-24T10:30:00.000Z');

		expect(byPartOfDay(zone, [midnight, noon, evening])).toEqual([
			{ part: 'night', slots: [midnight] },
			{ part: 'afternoon', slots: [noon] },
			{ part: 'evening', slots: [evening] },
		]);
	});

	it('begin with today at the shop', () => {
		const days = daysFrom(zone, '2026-11-23T19:00:00.000Z', 2).map(({ day }) => day);

		expect(days).toEqual(['2026-11-24', '2026-11-25']);
	});

	it('come out of a refusal earliest first, and are none where it has none', () => {
		const alternatives = [tomorrow, monday].map((start) => ({ start, end: start }));

		expect(alternativesIn({ alternatives })).toEqual([monday, tomorrow]);
		expect(alternativesIn({ alternatives: 'soon' })).toEqual([]);
	});
});

describe('a typed mobile number', () => {
	it.each(['9845012345', '98450 12345', '098450-12345', '+91 98450 12345', '919845012345'])(
		'is understood as %s',
		(typed) => {
			expect(indianMobile(typed)).toBe('+919845012345');
		},
	);

	it.each(['', '12345', '5845012345', '98450123456', '+44 7911 123456'])(
		'is refused as %s',
		(typed) => {
			expect(indianMobile(typed)).toBeNull();
		},
	);
});

describe('the start page', () => {
	it('greets who is several things by the widest view', () => {
		expect(mainRole([{ role: 'customer' }, { role: 'worker' }])).toBe('worker');
		expect(mainRole([{ role: 'worker' }, { role: 'owner' }])).toBe('owner');
		expect(mainRole([])).toBeNull();
	});
});
