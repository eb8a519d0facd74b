import { describe, expect, it } from 'vitest';
import { booking, bookingStatuses } from '#sync/booking/entity.ts';
import {
	bookingCode,
	confirm,
	expire,
	isLapsed,
	isLive,
	overlap,
	receive,
	refuseUnlessBikeFree,
	refuseUnlessFewer,
} from '#sync/booking/rules.ts';
import { idOf, monday } from '#tests/support/cast.ts';
import { aBooking, tomorrow, tomorrowDone } from '#tests/support/builders.ts';

const until = '2026-11-23T04:40:00.000Z';
const before = '2026-11-23T04:39:59.999Z';
const held = aBooking({
	status: 'held',
	holdExpiresAt: until,
	confirmedAt: null,
	promisedAt: null,
});
const except = (...some: string[]) => bookingStatuses.filter((each) => !some.includes(each));

describe('a hold', () => {
	it('is live until its minutes are over, and lapsed from that moment on', () => {
		expect([isLive(held, before), isLapsed(held, before)]).toEqual([true, false]);
		expect([isLive(held, until), isLapsed(held, until)]).toEqual([false, true]);
	});

	it('is taken back when it has lapsed', () => {
		expect(expire(held, until)).toEqual({ ...held, status: 'expired' });
	});

	it('is not taken back before', () => {
		expect(expire(held, before)).toBe(held);
	});

	it.each(except('held'))('is not taken back once it is %s', (status) => {
		const other = aBooking({ status, holdExpiresAt: until });

		expect(expire(other, tomorrow)).toBe(other);
	});
});

describe('confirming', () => {
	it('makes a hold sure and promises its end', () => {
		expect(confirm(held, before)).toEqual({
			...held,
			status: 'confirmed',
			confirmedAt: before,
			promisedAt: tomorrowDone,
		});
	});

	it.each(['confirmed', 'received'] as const)('again, once it is %s, changes nothing', (status) => {
		const sure = aBooking({ status });

		expect(confirm(sure, before)).toBe(sure);
	});

	it.each(except('held', 'confirmed', 'received'))('is refused once it is %s', (status) => {
		expect(() => confirm(aBooking({ status }), before)).toThrow('wrong_state');
	});
});

describe('receiving the bike', () => {
	it('says when it came', () => {
		const sure = aBooking();

		expect(receive(sure, tomorrow)).toEqual({ ...sure, status: 'received', receivedAt: tomorrow });
	});

	it('confirms a hold that was live when the bike came', () => {
		expect(receive(held, before)).toMatchObject({
			status: 'received',
			confirmedAt: before,
			receivedAt: before,
		});
	});

	it('is refused for a hold that had lapsed', () => {
		expect(() => receive(held, until)).toThrow('wrong_state');
	});

	it.each(['received', 'closed'] as const)('again, once it is %s, changes nothing', (status) => {
		const there = aBooking({ status, receivedAt: monday });

		expect(receive(there, tomorrow)).toBe(there);
	});

	it.each(['cancelled', 'no_show', 'expired'] as const)('is refused once it is %s', (status) => {
		expect(() => receive(aBooking({ status }), tomorrow)).toThrow('wrong_state');
	});
});

describe('the limits of a customer', () => {
	it('allow as many live bookings as the shop says', () => {
		expect(() => refuseUnlessFewer([held, held], 3)).not.toThrow();
		expect(() => refuseUnlessFewer([held, held, held], 3)).toThrow('too_many_bookings');
	});

	it('keep his bike in one place at a time, and let visits touch', () => {
		const next = { startAt: tomorrowDone, endAt: '2026-11-24T06:30:00.000Z' };
		const early = { startAt: monday, endAt: '2026-11-24T04:30:00.001Z' };

		expect(overlap(held, next)).toBe(false);
		expect(() => refuseUnlessBikeFree([held], next)).not.toThrow();
		expect(() => refuseUnlessBikeFree([held], early)).toThrow('vehicle_busy');
	});
});

describe('the code of a booking', () => {
	it('has six signs that its field takes, and is another at the next attempt', () => {
		const codes = [0, 1, 2, 3].map((attempt) => bookingCode(idOf(7, 1), attempt));

		for (const code of codes) expect(booking.fields.code.parser.safeParse(code).success).toBe(true);
		expect(new Set(codes).size).toBe(4);
	});

	it('hardly ever is the same for two of ten thousand bookings', () => {
		const codes = Array.from({ length: 10_000 }, (_, n) => bookingCode(idOf(7, n), 0));

		expect(new Set(codes).size).toBeGreaterThan(9_990);
	});
});
