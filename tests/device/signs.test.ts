import { beforeAll, describe, expect, it, vi } from 'vitest';
import { addMs, hourMs, minuteMs } from '#sync/core/time.ts';
import { isStale, pillOf, type PillState } from '#lib/parts/action/pill.ts';
import { whoDid } from '#lib/parts/booking/booking.ts';
import { newTo, seenAtBy } from '#lib/parts/booking/read-marks.ts';
import { arrived, newest, noticeSubject, noticeWords } from '#lib/parts/notice/notice.ts';
import { inOrder, type OwnPhone } from '#lib/parts/sign-out/phone.ts';
import { loadLaterWords, loadWords } from '#lib/words/words.svelte.ts';
import { aBooking, tomorrow } from '#tests/support/builders.ts';
import { monday } from '#tests/support/cast.ts';

beforeAll(async () => {
	vi.stubGlobal('localStorage', { getItem: () => 'en' });
	vi.stubGlobal('document', { documentElement: {} });
	await loadWords();
	await loadLaterWords();
});

describe('the pill', () => {
	const pill = (over: Partial<PillState> = {}) =>
		pillOf({ network: 'online', waiting: 0, needsYou: 0, oldestAt: null, now: monday, ...over });
	const waitingFor = (ms: number) =>
		pill({ network: 'offline', waiting: 3, oldestAt: addMs(monday, -ms) });

	it('says that all is sent, or how much waits', () => {
		expect(pill()).toMatchObject({ tone: 'good', text: 'All sent' });
		expect(pill({ waiting: 3 })).toMatchObject({ tone: 'calm', text: '3 waiting' });
	});

	it('is grey without network, for work goes on', () => {
		expect(pill({ network: 'offline' })).toMatchObject({ tone: 'grey', icon: 'offline' });
	});

	it('says first of all what needs its owner', () => {
		expect(pill({ network: 'offline', waiting: 3, needsYou: 2 })).toMatchObject({
			tone: 'care',
			text: '2 need you',
		});
	});

	it('tells how long the oldest waits once that is an hour, without alarm', () => {
		expect(waitingFor(hourMs - 1)).not.toHaveProperty('note');
		expect(waitingFor(hourMs)).toMatchObject({ tone: 'grey' });
		expect(waitingFor(hourMs).note).toMatch(/^since 9:00/);
	});

	it('is amber after four hours, and asks to find network after a day', () => {
		expect(waitingFor(4 * hourMs - 1)).toMatchObject({ tone: 'grey' });
		expect(waitingFor(4 * hourMs)).toMatchObject({ tone: 'care' });
		expect(waitingFor(24 * hourMs)).toMatchObject({ tone: 'care' });
		expect(waitingFor(24 * hourMs).note).toMatch(/^since Sun, .*: please find network$/);
	});

	it('tells how fresh the screen is only without network, and when that is two minutes ago', () => {
		const ago = (ms: number) => addMs(monday, -ms);
		expect(isStale('offline', ago(2 * minuteMs), monday)).toBe(false);
		expect(isStale('offline', ago(2 * minuteMs + 1), monday)).toBe(true);
		expect(isStale('online', ago(hourMs), monday)).toBe(false);
		expect(isStale('offline', null, monday)).toBe(false);
	});
});

describe('whether the other side has seen a visit', () => {
	const mark = { side: 'shop' as const, bookingVersion: 2, jobVersion: 5, at: monday };
	const booking = { ...aBooking({ version: 2 }), readMarks: [mark] };

	it('is known by its mark', () => {
		expect(seenAtBy('shop', booking)).toBe(monday);
		expect(seenAtBy('customer', booking)).toBeNull();
		expect(seenAtBy('shop', undefined)).toBeNull();
	});

	it('is told again only when booking or job are newer than the own mark', () => {
		expect(newTo('shop', booking, { version: 5 })).toBeNull();
		expect(newTo('shop', booking, { version: 6 })).toEqual({
			bookingId: booking.id,
			bookingVersion: 2,
			jobVersion: 6,
		});
		expect(newTo('shop', { ...booking, version: 3 }, { version: 5 })).not.toBeNull();
		expect(newTo('customer', booking, null)).toMatchObject({ jobVersion: 0 });
	});
});

describe('who took a step of a visit', () => {
	const names = { shop: 'Lakshmi Motors', nameOf: (workerId: string) => `name of ${workerId}` };
	const job = { workerId: 'now', clocks: [{ workerId: 'first' }, { workerId: 'last' }] };

	it('is the customer for what she asked for, unless the shop did it for her', () => {
		expect(whoDid('requested', { source: 'app' }, job, names)).toEqual({ you: true });
		expect(whoDid('confirmed', { source: 'phone' }, job, names)).toEqual({ name: names.shop });
	});

	it('is whoever had the clock running, else who has the job', () => {
		expect(whoDid('started', { source: 'app' }, job, names)).toEqual({ name: 'name of first' });
		expect(whoDid('completed', { source: 'app' }, job, names)).toEqual({ name: 'name of last' });
		const noClock = { workerId: 'now', clocks: [] };
		expect(whoDid('started', { source: 'app' }, noClock, names)).toEqual({ name: 'name of now' });
	});

	it('is nobody by name while that has not arrived', () => {
		const unknown = { shop: undefined, nameOf: () => undefined };
		expect(whoDid('received', { source: 'app' }, job, unknown)).toBeNull();
		expect(whoDid('started', { source: 'app' }, job, unknown)).toBeNull();
	});
});

describe('the news', () => {
	const notice = (name: string, at: string) => ({ id: name, at });
	const old = notice('a', monday);
	const fresh = notice('b', addMs(monday, 1));

	it('come newest first, and only so many', () => {
		expect(newest([old, fresh], 5)).toEqual([fresh, old]);
		expect(newest([old, fresh], 1)).toEqual([fresh]);
	});

	it('that arrive while the app is open are told once, and none before it has heard anything', () => {
		expect(arrived([old, fresh], monday, new Set())).toEqual([fresh]);
		expect(arrived([old, fresh], monday, new Set(['b']))).toEqual([]);
		expect(arrived([old, fresh], null, new Set())).toEqual([]);
	});

	it('name the visit as far as they can', () => {
		expect(noticeSubject({ params: { code: 'ABC123', startAt: monday } }, monday)).toMatch(
			/^ABC123 · Today, 10:00/,
		);
		expect(noticeSubject({ params: {} }, monday)).toBe('');
	});

	it('have words also for what a newer server tells', () => {
		expect(noticeWords({ kind: 'job_completed' })).toBe('The bike is ready to pick up');
		expect(noticeWords({ kind: 'bill_paid' as never })).toBe('Something has happened');
	});
});

describe('the phones of a person', () => {
	it('are told this one first, and those that were signed off last', () => {
		const phone = (name: string, over: Partial<OwnPhone> = {}): OwnPhone => ({
			...{ id: name, build: '1', lastContact: monday, pending: 0, revokedAt: null },
			current: false,
			...over,
		});
		const list = [
			phone('signed off', { revokedAt: monday, lastContact: tomorrow }),
			phone('older'),
			phone('newer', { lastContact: addMs(monday, 1) }),
			phone('this', { current: true }),
		];

		expect(inOrder(list).map((each) => each.id)).toEqual(['this', 'newer', 'older', 'signed off']);
	});
});
