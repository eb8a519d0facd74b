import { beforeEach, describe, expect, it, vi } from 'vitest';
import { dayMs } from '#sync/core/time.ts';
import {
	countVisit,
	mayOffer,
	nextVisit,
	refusedAt,
	refuseFor,
	type Occasion,
} from '#lib/pwa/install.ts';
import { hasTyped, isQuiet, mayReload, quietMsMin, type Moment } from '#lib/pwa/update.ts';
import { id } from '#tests/support/cast.ts';
import { aStorage } from '#tests/support/device/storage.ts';
import { forgetChoices, keepChoices, recallChoices } from '#lib/snapshot/choices.ts';

const minuteMs = 60_000;

describe('a newer version', () => {
	const quiet: Moment = { hiddenMs: quietMsMin, waiting: 0, typed: false };

	it('is taken by itself when nobody has looked for minutes and nothing waits', () => {
		expect(isQuiet(quiet)).toBe(true);
	});

	it.each([
		['somebody looks', { hiddenMs: null }],
		['somebody looked just now', { hiddenMs: quietMsMin - 1 }],
		['something is not sent', { waiting: 1 }],
		['something is typed', { typed: true }],
	])('waits while %s', (_, change) => {
		expect(isQuiet({ ...quiet, ...change })).toBe(false);
	});

	it('that another tab took does not take away what is typed here', () => {
		expect(mayReload({ typed: true })).toBe(false);
		expect(mayReload({ typed: false })).toBe(true);
	});

	it('counts as typed what stands in a field of text, and not a choice', () => {
		const page = (...fields: object[]) =>
			({ querySelectorAll: () => fields }) as unknown as ParentNode;

		expect(hasTyped(page({ type: 'tel', value: '98', defaultValue: '' }))).toBe(true);
		expect(hasTyped(page({ type: 'tel', value: '', defaultValue: '' }))).toBe(false);
		expect(hasTyped(page({ type: 'radio', value: 'on', defaultValue: '' }))).toBe(false);
	});
});

describe('putting the app on the home screen', () => {
	const nowMs = 100 * dayMs;
	const second: Occasion = {
		isInstalled: false,
		visits: 2,
		succeeded: false,
		refusedMs: null,
		nowMs,
	};

	it('is offered at the second visit, or once something has reached the server', () => {
		expect(mayOffer(second)).toBe(true);
		expect(mayOffer({ ...second, visits: 1 })).toBe(false);
		expect(mayOffer({ ...second, visits: 1, succeeded: true })).toBe(true);
	});

	it('is never offered where it is there already', () => {
		expect(mayOffer({ ...second, isInstalled: true, succeeded: true })).toBe(false);
	});

	it('is not offered for two weeks after a no', () => {
		expect(mayOffer({ ...second, refusedMs: nowMs - 14 * dayMs + 1 })).toBe(false);
		expect(mayOffer({ ...second, refusedMs: nowMs - 14 * dayMs })).toBe(true);
	});

	it('does not take a reload for a visit', () => {
		const first = nextVisit(null, 0);
		const reloaded = nextVisit(first, 29 * minuteMs);

		expect([first.count, reloaded.count]).toEqual([1, 1]);
		expect(nextVisit(reloaded, 58 * minuteMs).count).toBe(1);
		expect(nextVisit(reloaded, 59 * minuteMs).count).toBe(2);
	});

	it('remembers visits and the no on the phone', () => {
		const storage = aStorage() as unknown as Storage;
		countVisit(storage, 0);
		refuseFor(storage, 5);

		expect(countVisit(storage, dayMs)).toBe(2);
		expect(refusedAt(storage)).toBe(5);
	});
});

describe('the choices for a booking', () => {
	const asha = id('user', 11);
	const chosen = {
		shopId: id('shop', 1),
		services: [id('service', 1)],
		day: '2026-11-23',
		start: '2026-11-23T10:00:00.000Z',
	};

	beforeEach(() => {
		const storage = aStorage();
		vi.stubGlobal('localStorage', storage);
		storage.setItem('moto-me', JSON.stringify({ user: { id: asha } }));
	});

	it('are there again after a restart, for whoever made them', () => {
		keepChoices(asha, chosen);

		expect(recallChoices(asha, '2026-11-23')).toEqual(chosen);
		expect(recallChoices(id('user', 12), '2026-11-23')).toEqual({});
	});

	it('lose a day that is over, and its time', () => {
		keepChoices(asha, chosen);
		const { shopId, services } = chosen;

		expect(recallChoices(asha, '2026-11-24')).toEqual({ shopId, services });
	});

	it('are gone once they were sent', () => {
		keepChoices(asha, chosen);
		forgetChoices(asha);

		expect(recallChoices(asha, '2026-11-23')).toEqual({});
	});
});
