import { describe, expect, it } from 'vitest';
import { addMinutes, instantAt, localDay } from '#sync/core/time.ts';
import {
	freeStarts,
	freeWorkers,
	isFree,
	nearestFree,
	whyNotFree,
	type SlotInput,
} from '#sync/slot/rules.ts';

const zone = 'Asia/Kolkata';
const day = '2026-11-23';
const at = (wall: string, on = day) => instantAt(zone, on, wall);
const everyDay = [0, 1, 2, 3, 4, 5, 6];
const opening = (...pieces: [string, string][]) =>
	everyDay.flatMap((weekday) => pieces.map(([opens, closes]) => ({ weekday, opens, closes })));
const shifts = (workerId: string, ...pieces: [string, string][]) =>
	everyDay.flatMap((weekday) =>
		pieces.map(([starts, ends]) => ({
			workerId,
			weekday,
			starts,
			ends,
			validFrom: '2026-01-01',
			validUntil: null,
		})),
	);

/** Monday at nine: the shop is open from nine to six, Ravi works all of it, a job takes an hour. */
const garage = (over: Partial<SlotInput> = {}): SlotInput => ({
	shop: { zone, status: 'active', pausedUntil: null, policy: {} },
	hours: opening(['09:00', '18:00']),
	workers: [{ id: 'ravi', status: 'active', skills: ['general'] }],
	shifts: shifts('ravi', ['09:00', '18:00']),
	occupied: [],
	need: { minutes: 60, bufferMinutes: 0, skills: ['general'] },
	mode: 'wait',
	now: at('09:00'),
	...over,
});
const wallsOf = (input: SlotInput, on = day) =>
	freeStarts(input, on).map(({ startAt }) => addMinutes(startAt, 330).slice(11, 16));
const shop = (over: Partial<SlotInput['shop']>) => ({ ...garage().shop, ...over });

describe('the free starts of a day', () => {
	it('lie on the half-hour grid, from the notice on until the work no longer fits', () => {
		const walls = wallsOf(garage());

		expect(walls[0]).toBe('09:30');
		expect(walls.at(-1)).toBe('17:00');
		expect(walls).toHaveLength(16);
	});

	it('say when the bike is ready and who could do it', () => {
		const [first] = freeStarts(garage(), day);

		expect(first).toEqual({ startAt: at('09:30'), endAt: at('10:30'), workerIds: ['ravi'] });
	});

	it('follow the local clock where it is not whole hours from Greenwich', () => {
		const first = freeStarts(garage(), day)[0]?.startAt;

		expect(first).toBe('2026-11-23T04:00:00.000Z');
	});

	it('keep the buffer after the work free, but do not promise it to the customer', () => {
		const need = { minutes: 60, bufferMinutes: 30, skills: [] };

		expect(wallsOf(garage({ need })).at(-1)).toBe('16:30');
		expect(freeStarts(garage({ need }), day)[0]?.endAt).toBe(at('10:30'));
	});

	it('leave out what is taken, and let jobs touch', () => {
		const occupied = [{ workerId: 'ravi', startAt: at('11:00'), endAt: at('12:00') }];

		const walls = wallsOf(garage({ occupied }));

		expect(walls).toContain('10:00');
		expect(walls).not.toContain('10:30');
		expect(walls).not.toContain('11:30');
		expect(walls).toContain('12:00');
	});

	it('need a worker who is there, active and able', () => {
		const skills = ['electrical'] as const;

		expect(wallsOf(garage({ need: { minutes: 60, bufferMinutes: 0, skills } }))).toEqual([]);
		const away = [{ id: 'ravi', status: 'away' as const, skills: ['general' as const] }];
		expect(wallsOf(garage({ workers: away }))).toEqual([]);
		expect(wallsOf(garage({ shifts: [] }))).toEqual([]);
	});

	it('use a shift only from its first to its last day', () => {
		const valid = garage().shifts.map((each) => ({
			...each,
			validFrom: '2026-11-24',
			validUntil: '2026-11-24',
		}));

		expect(wallsOf(garage({ shifts: valid }))).toEqual([]);
		expect(wallsOf(garage({ shifts: valid }), '2026-11-24')).not.toEqual([]);
		expect(wallsOf(garage({ shifts: valid }), '2026-11-25')).toEqual([]);
	});

	it('are none in a shop that takes no work, and begin again when its pause ends', () => {
		expect(wallsOf(garage({ shop: shop({ status: 'suspended' }) }))).toEqual([]);
		expect(wallsOf(garage({ shop: shop({ status: 'paused' }) }))).toEqual([]);
		const paused = shop({ status: 'paused', pausedUntil: at('12:10') });
		expect(wallsOf(garage({ shop: paused }))[0]).toBe('12:30');
	});

	it('end at the horizon and begin today', () => {
		expect(wallsOf(garage(), '2026-12-23')).not.toEqual([]);
		expect(wallsOf(garage(), '2026-12-24')).toEqual([]);
		expect(wallsOf(garage(), '2026-11-22')).toEqual([]);
	});

	it('do not ask anybody to come when the door is about to shut', () => {
		const policy = { gridMinutes: 5 };
		const short = { minutes: 5, bufferMinutes: 0, skills: [] };

		expect(wallsOf(garage({ shop: shop({ policy }), need: short })).at(-1)).toBe('17:45');
	});

	it('run through midnight where the shop does', () => {
		const input = garage({
			hours: opening(['00:00', '24:00']),
			shifts: shifts('ravi', ['00:00', '24:00']),
		});

		const walls = wallsOf(input, '2026-11-24');

		expect(walls).toHaveLength(48);
		expect(freeStarts(input, '2026-11-24').at(-1)).toMatchObject({
			startAt: at('23:30', '2026-11-24'),
			endAt: at('00:30', '2026-11-25'),
		});
	});

	it('end before midnight where nobody works after it', () => {
		const input = garage({
			hours: opening(['00:00', '24:00']),
			shifts: shifts('ravi', ['16:00', '24:00']),
		});

		expect(wallsOf(input).at(-1)).toBe('23:00');
	});

	it('close at midnight where the shop stays shut after it', () => {
		const input = garage({
			shop: shop({ policy: { gridMinutes: 5 } }),
			hours: opening(['09:00', '24:00']),
			shifts: shifts('ravi', ['09:00', '24:00']),
			need: { minutes: 5, bufferMinutes: 0, skills: [] },
		});

		expect(wallsOf(input).at(-1)).toBe('23:45');
	});

	it('never offer work of more than a day', () => {
		const need = { minutes: 1_440, bufferMinutes: 1, skills: [] };
		const allDay = {
			hours: opening(['00:00', '24:00']),
			shifts: shifts('ravi', ['00:00', '24:00']),
		};

		expect(wallsOf(garage({ ...allDay, need }), '2026-11-24')).toEqual([]);
		const whole = { ...need, bufferMinutes: 0 };
		expect(wallsOf(garage({ ...allDay, need: whole }), '2026-11-24')).toHaveLength(48);
	});
});

describe('a bike that is dropped off', () => {
	const lunch = { shifts: shifts('ravi', ['09:00', '13:00'], ['14:00', '18:00']) };

	it('waits through the lunch of its worker', () => {
		const input = garage({ ...lunch, mode: 'drop_off' });

		const slot = freeStarts(input, day).find((each) => each.startAt === at('12:30'));

		expect(slot?.endAt).toBe(at('14:30'));
	});

	it('does not when its rider waits beside it', () => {
		expect(wallsOf(garage({ ...lunch, mode: 'wait' }))).not.toContain('12:30');
	});

	it('is not taken when another job lies in between', () => {
		const occupied = [{ workerId: 'ravi', startAt: at('14:00'), endAt: at('14:30') }];

		const input = garage({ ...lunch, mode: 'drop_off', occupied });

		expect(wallsOf(input)).not.toContain('12:30');
	});

	it('is done the same day or not offered', () => {
		const need = { minutes: 300, bufferMinutes: 0, skills: [] };

		const walls = wallsOf(garage({ ...lunch, mode: 'drop_off', need }));

		expect(walls.at(-1)).toBe('12:00');
	});
});

describe('whether a start is free', () => {
	it.each([
		['slot_past', at('09:00')],
		['slot_past', at('09:29')],
		['slot_too_far', at('10:00', '2026-12-24')],
		['slot_taken', at('10:10')],
		['slot_taken', at('20:00')],
		[null, at('09:30')],
	])('is answered with %s for %s', (why, startAt) => {
		expect(whyNotFree(garage(), startAt)).toBe(why);
		expect(isFree(garage(), startAt)).toBe(why === null);
	});

	it('is answered with shop_paused as long as the pause lasts', () => {
		const paused = garage({ shop: shop({ status: 'paused', pausedUntil: at('12:00') }) });

		expect(whyNotFree(paused, at('11:30'))).toBe('shop_paused');
		expect(whyNotFree(paused, at('12:00'))).toBe(null);
	});

	it('needs no notice at the counter', () => {
		expect(isFree(garage({ noticeMinutes: 0 }), at('09:00'))).toBe(true);
	});
});

describe('the workers free at a moment', () => {
	it('are found off the grid and without notice, with what stays free beside the job', () => {
		const occupied = [{ workerId: 'ravi', startAt: at('12:00'), endAt: at('13:00') }];

		const able = freeWorkers(garage({ occupied }), at('09:07'));

		expect(able).toEqual([
			{
				workerId: 'ravi',
				startAt: at('09:07'),
				endAt: at('10:07'),
				busyUntil: at('10:07'),
				spareMinutes: 120,
			},
		]);
	});
});

describe('the nearest free starts', () => {
	it('come closest first, of two as close the earlier', () => {
		const occupied = [{ workerId: 'ravi', startAt: at('12:00'), endAt: at('13:00') }];

		const nearest = nearestFree(garage({ occupied }), at('12:00'), 3);

		expect(nearest.map((each) => each.startAt)).toEqual([at('11:00'), at('13:00'), at('10:30')]);
	});

	it('are looked for on other days when the day is full', () => {
		const occupied = [{ workerId: 'ravi', startAt: at('09:00'), endAt: at('18:00') }];

		const nearest = nearestFree(garage({ occupied }), at('17:00'), 3);

		expect(nearest.map((each) => each.startAt)).toEqual(
			['09:00', '09:30', '10:00'].map((wall) => at(wall, '2026-11-24')),
		);
	});

	it('may be on the next day though this one has enough', () => {
		const allDay = {
			hours: opening(['00:00', '24:00']),
			shifts: shifts('ravi', ['00:00', '24:00']),
		};
		const occupied = [{ workerId: 'ravi', startAt: at('13:00'), endAt: at('24:00') }];

		const nearest = nearestFree(garage({ ...allDay, occupied }), at('23:30'), 3);

		expect(nearest.map((each) => each.startAt)).toEqual(
			['00:00', '00:30', '01:00'].map((wall) => at(wall, '2026-11-24')),
		);
	});

	it('stay within the horizon, however far away the wish is', () => {
		const nearest = nearestFree(garage(), '2031-01-01T00:00:00.000Z', 1);

		expect(nearest.map((each) => localDay(zone, each.startAt))).toEqual(['2026-12-23']);
	});

	it('are none in a shop where nobody works', () => {
		expect(nearestFree(garage({ shifts: [] }), at('12:00'), 3)).toEqual([]);
	});
});
