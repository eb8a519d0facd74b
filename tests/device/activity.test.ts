import { beforeAll, describe, expect, it, vi } from 'vitest';
import { addMs, hourMs, minuteMs } from '#sync/core/time.ts';
import type { PendingWork } from '#lib/device/sync/device.ts';
import type { Remembered } from '#lib/device/sync/marks.ts';
import {
	ageOf,
	byDay,
	endedAction,
	nextStepOf,
	otherSideOf,
	truthOf,
	visitOf,
	visitsOf,
	waitingAction,
} from '#lib/parts/action/action.ts';
import { bundleText, type Bundle } from '#lib/parts/action/bundle.ts';
import { differenceText } from '#lib/parts/action/difference.ts';
import { loadLaterWords, loadWords } from '#lib/words/words.svelte.ts';
import { aBooking, aJob, tomorrow } from '#tests/support/builders.ts';
import { id, monday } from '#tests/support/cast.ts';

const secret = { plate: 'KA51AB1234', code: 'ABC123', name: 'Asha Menon' };

const entry = (over: Partial<Remembered> = {}): Remembered => ({
	...{ id: id('grant', 1), seq: 1, deviceId: id('device', 1), name: 'job.start' },
	...{ text: JSON.stringify({ args: secret }), enqueuedAt: monday, endedAt: monday },
	...{ status: 'applied', refusal: null, extras: null, dismissed: false },
	subject: { bookingId: id('hours', 1), code: secret.code, plate: secret.plate },
	about: new Set<string>(),
	...over,
});
const work = (over: Partial<PendingWork> = {}): PendingWork => ({
	...{ id: id('grant', 2), seq: 2, name: 'job.complete', args: secret, kind: 'report' },
	...{ status: 'queued', enqueuedAt: monday, doubt: null, about: new Set<string>() },
	...over,
});

beforeAll(async () => {
	vi.stubGlobal('localStorage', { getItem: () => 'en' });
	vi.stubGlobal('document', { documentElement: {} });
	await loadWords();
	await loadLaterWords();
});

describe('what an action was about', () => {
	const booking = aBooking({ status: 'received' });
	const job = aJob({ bookingId: booking.id, status: 'completed' });
	const visits = visitsOf([booking], [job]);

	it('is found by the booking it names, with both halves of the visit', () => {
		expect(visitOf({ subject: { bookingId: booking.id }, about: new Set() }, visits)).toEqual({
			booking,
			job,
		});
	});

	it('is found by the job it names, where an older app had not noted the booking', () => {
		expect(visitOf({ subject: null, about: new Set([job.id]) }, visits)).toEqual({ booking, job });
	});

	it('is told as it is now, while it is here', () => {
		const action = endedAction(entry(), 'accepted', false);
		expect(truthOf(action, { booking, job }, monday)).toBe('jobStatus.completed');
	});

	it('is not on this phone any more, once it has left', () => {
		const action = endedAction(entry(), 'refused', true);
		expect(truthOf(action, { booking: undefined, job: undefined }, monday)).toBe('activity.gone');
	});

	it('was never anywhere, where a request for a time was refused', () => {
		const action = endedAction(entry({ name: 'booking.request' }), 'refused', true);
		expect(truthOf(action, { booking: undefined, job: undefined }, monday)).toBeNull();
	});
});

describe('the next step of an action', () => {
	const both = { booking: true, job: true };
	const refused = (refusal: 'slot_taken' | 'depends_on' | 'already_taken', name: string) =>
		endedAction(entry({ name, status: 'refused', refusal }), 'refused', true);

	it('is to take it back while nobody has seen it, and not once it is on its way', () => {
		expect(nextStepOf(waitingAction(work()), both)).toBe('take_back');
		expect(nextStepOf(waitingAction(work({ status: 'sending' })), both)).toBe('see_job');
	});

	it('is another time where the time was gone', () => {
		expect(nextStepOf(refused('slot_taken', 'booking.request'), both)).toBe('new_time');
	});

	it('is to do it again where nothing but the way to the shop was wrong', () => {
		expect(nextStepOf(refused('depends_on', 'job.accept'), both)).toBe('again');
	});

	it('is not offered again after its author has read the refusal', () => {
		const read = endedAction(entry({ status: 'refused', refusal: 'depends_on' }), 'refused', false);
		expect(nextStepOf(read, both)).toBe('see_job');
	});

	it('leads to the job or the booking while that is here, and nowhere afterwards', () => {
		const his = endedAction(entry(), 'accepted', false);
		const hers = endedAction(entry({ name: 'booking.confirm' }), 'accepted', false);
		const gone = { booking: false, job: false };

		expect(nextStepOf(his, both)).toBe('see_job');
		expect(nextStepOf(hers, both)).toBe('see_booking');
		expect(nextStepOf(his, gone)).toBeNull();
		expect(nextStepOf(hers, gone)).toBeNull();
	});

	it('is none for what was lost with the data of the shop', () => {
		expect(nextStepOf(endedAction(entry({ status: 'dropped' }), 'lost', true), both)).toBeNull();
	});
});

describe('the other side', () => {
	it('is the customer for the work of the floor, and the shop for her own', () => {
		expect(['job.start', 'booking.receive'].map(otherSideOf)).toEqual(['customer', 'customer']);
		expect(['booking.request', 'booking.confirm'].map(otherSideOf)).toEqual(['shop', 'shop']);
	});
});

describe('the age of what waits', () => {
	it.each([
		[30_000, null],
		[minuteMs, { key: 'activity.waitsFor', count: 1 }],
		[59 * minuteMs, { key: 'activity.waitsFor', count: 59 }],
		[hourMs, { key: 'activity.waitsHours', count: 1 }],
		[47 * hourMs, { key: 'activity.waitsHours', count: 47 }],
		[48 * hourMs, { key: 'activity.waitsDays', count: 2 }],
	])('after %i ms is %j', (ms, said) => {
		expect(ageOf(monday, addMs(monday, ms))).toEqual(said);
	});
});

describe('the days of what is done', () => {
	it('are those of the garage, in the order they come', () => {
		const at = (endedAt: string) => endedAction(entry({ endedAt }), 'accepted', false);
		const late = at('2026-11-23T19:00:00.000Z'); // Half past midnight in India.
		const early = at('2026-11-23T04:30:00.000Z');

		expect(byDay('Asia/Kolkata', [late, early])).toEqual([
			{ day: '2026-11-24', actions: [late] },
			{ day: '2026-11-23', actions: [early] },
		]);
	});
});

describe('what came out differently', () => {
	const nameOf = (workerId: string) => (workerId === 'w1' ? 'Ravi' : undefined);

	it.each([
		[{ field: 'startAt', before: monday, after: addMs(monday, hourMs) }, /^10:00.am → 11:00.am$/],
		[
			{ field: 'startAt', before: monday, after: tomorrow },
			/^Today, 10:00.am → Tomorrow, 10:00.am$/,
		],
		[{ field: 'totalPaise', before: 118_000, after: 120_050 }, /^₹1,180 → ₹1,200.50$/],
		[{ field: 'workerId', before: 'w1', after: 'w2' }, /^Ravi → somebody else$/],
		[{ field: 'workerId', before: 'w1', after: null }, /^Ravi → nobody$/],
	] as const)('is told before and after: %j', (difference, text) => {
		expect(differenceText(difference, monday, nameOf)).toMatch(text);
	});
});

describe('the text for who helps', () => {
	const bundle: Bundle = {
		...{ build: '1a2b3c', deviceId: id('device', 1), nextSeq: 3, now: monday },
		...{ network: 'offline', syncedAt: null, pending: [work()] },
		history: [entry(), entry({ status: 'refused', refusal: 'not_assigned' })],
	};

	it('says which app and phone this is, and how each tap ended', () => {
		expect(bundleText(bundle).split('\n')).toEqual([
			'build 1a2b3c',
			`device ${id('device', 1)}, next 3`,
			`now ${monday}, network offline, last answer never`,
			'waiting 1, applied 1, refused 1',
			'',
			`2 ${monday} job.complete queued`,
			`1 ${monday} job.start applied`,
			`1 ${monday} job.start refused not_assigned`,
		]);
	});

	it('says nothing of a person, a bike or a visit', () => {
		const told = bundleText(bundle);
		for (const each of [...Object.values(secret), id('hours', 1), id('grant', 1)])
			expect(told).not.toContain(each);
	});
});
