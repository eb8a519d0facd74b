import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
	addDays,
	addMinutes,
	instantAt,
	instantOf,
	localDay,
	minuteMs,
	msOf,
	type Day,
	type Instant,
} from '#sync/core/time.ts';
import { skills } from '#sync/shop/entity.ts';
import { freeStarts, freeWorkers, isFree, nearestFree, type SlotInput } from '#sync/slot/rules.ts';
import { busyUntil, staff, startsByOracle, wallOf, type Within } from './slot-oracle.ts';

const hour = fc.integer({ min: 3, max: 24 });
/** Whole hours, none between midnight and three, where clocks change. */
const piece = fc
	.tuple(fc.constantFrom(0, 4, 6, 8, 9, 10, 13, 14, 18), hour)
	.filter(([from, until]) => from < until)
	.map(([from, until]): Within => [
		`${String(from).padStart(2, '0')}:00`,
		`${String(until).padStart(2, '0')}:00`,
	]);
const pieces = fc.array(piece, { maxLength: 3 });
const weekdays = fc.subarray([0, 1, 2, 3, 4, 5, 6], { minLength: 4 });
const names = ['ravi', 'meena', 'imran'];

const places = fc.constantFrom(
	['Asia/Kolkata', '2026-11-23'] as const,
	['Asia/Kathmandu', '2026-11-23'] as const,
	['Europe/Berlin', '2026-10-25'] as const,
	['America/New_York', '2026-03-08'] as const,
	['Pacific/Auckland', '2026-09-26'] as const,
);

const garages: fc.Arbitrary<{ input: SlotInput; day: Day }> = fc
	.record({
		place: places,
		ahead: fc.integer({ min: -1, max: 3 }),
		nowMinute: fc.integer({ min: 0, max: 1_439 }),
		gridMinutes: fc.constantFrom(10, 15, 30, 45),
		horizonDays: fc.constantFrom(1, 2, 30),
		noticeMinutes: fc.constantFrom(0, 30, 120),
		hours: fc.oneof({ arbitrary: pieces, weight: 3 }, fc.constant<Within[]>([['00:00', '24:00']])),
		openOn: weekdays,
		shifts: fc.array(
			fc.record({
				workerId: fc.constantFrom(...names),
				on: weekdays,
				at: fc.oneof(piece, fc.constant<Within>(['00:00', '24:00'])),
			}),
			{ maxLength: 5 },
		),
		crew: fc.array(
			fc.record({
				status: fc.constantFrom('active' as const, 'active' as const, 'away' as const),
				skills: fc.subarray([...skills]),
			}),
			{ minLength: 3, maxLength: 3 },
		),
		occupied: fc.array(
			fc.record({
				workerId: fc.constantFrom(...names),
				from: fc.integer({ min: -2_000, max: 4_000 }),
				minutes: fc.integer({ min: 1, max: 300 }),
			}),
			{ maxLength: 6 },
		),
		status: fc.constantFrom('active', 'active', 'active', 'paused', 'suspended'),
		pausedMinutes: fc.option(fc.integer({ min: -60, max: 1_500 })),
		minutes: fc.constantFrom(20, 60, 95, 300, 1_400),
		bufferMinutes: fc.constantFrom(0, 10, 45),
		needs: fc.subarray(['general', 'brakes'] as const, { maxLength: 1 }),
		mode: fc.constantFrom('drop_off', 'wait', 'pickup'),
	})
	.map((each) => {
		const [zone, today] = each.place;
		const midnight = instantAt(zone, today, '00:00');
		const now = addMinutes(midnight, each.nowMinute);
		const input: SlotInput = {
			shop: {
				zone,
				status: each.status,
				pausedUntil: each.pausedMinutes === null ? null : addMinutes(now, each.pausedMinutes),
				policy: {
					gridMinutes: each.gridMinutes,
					horizonDays: each.horizonDays,
					noticeMinutes: each.noticeMinutes,
				},
			},
			hours: each.openOn.flatMap((weekday) =>
				each.hours.map(([opens, closes]) => ({ weekday, opens, closes })),
			),
			workers: each.crew.map((worker, index) => ({ id: names[index] ?? '', ...worker })),
			shifts: each.shifts.flatMap(({ workerId, on, at: [starts, ends] }) =>
				on.map((weekday) => ({
					workerId,
					weekday,
					starts,
					ends,
					validFrom: '2026-01-01',
					validUntil: null,
				})),
			),
			occupied: each.occupied.map(({ workerId, from, minutes }) => ({
				workerId,
				startAt: addMinutes(midnight, from),
				endAt: addMinutes(midnight, from + minutes),
			})),
			need: { minutes: each.minutes, bufferMinutes: each.bufferMinutes, skills: each.needs },
			mode: each.mode,
			now,
		};
		return { input, day: addDays(localDay(zone, now), each.ahead) };
	});

describe('the slots of any garage', () => {
	it('are just those that can be staffed: none more, none less', () => {
		let shown = 0;
		fc.assert(
			fc.property(garages, ({ input, day }) => {
				const found = freeStarts(input, day);
				shown += found.length;
				expect(found.map(({ startAt, workerIds }) => ({ startAt, workerIds }))).toEqual(
					startsByOracle(input, day),
				);
			}),
			{ numRuns: 150 },
		);
		expect(shown).toBeGreaterThan(150);
	});

	it('say of each start, and of each worker, what walking through the minutes says', () => {
		fc.assert(
			fc.property(garages, fc.integer({ min: 0, max: 1_439 }), ({ input, day }, minute) => {
				const ms = msOf(instantAt(input.shop.zone, day, '00:00')) + minute * minuteMs;
				fc.pre(wallOf(input.shop.zone, ms).day === day);
				const startAt = instantOf(ms);
				const able = freeWorkers(input, startAt);
				expect(able.map((each) => each.workerId)).toEqual(staff(input, ms));
				for (const { workerId, busyUntil: until } of able)
					expect(until).toBe(busyUntil(input, workerId, ms));
				const listed = freeStarts(input, day).some((each) => each.startAt === startAt);
				expect(isFree(input, startAt)).toBe(listed);
			}),
			{ numRuns: 150 },
		);
	});

	it('near a time are the closest of all days within the horizon', () => {
		fc.assert(
			fc.property(garages, fc.integer({ min: -3_000, max: 9_000 }), ({ input }, minutes) => {
				const { zone, policy } = input.shop;
				const wish = addMinutes(input.now, minutes);
				const distance = (startAt: Instant) => Math.abs(msOf(startAt) - msOf(wish));
				const today = localDay(zone, input.now);
				const days = Array.from({ length: (policy.horizonDays ?? 30) + 1 }, (_, n) =>
					addDays(today, n),
				);
				const all = days
					.flatMap((each) => freeStarts(input, each))
					.sort(
						(a, b) => distance(a.startAt) - distance(b.startAt) || (a.startAt < b.startAt ? -1 : 1),
					);
				expect(nearestFree(input, wish, 3)).toEqual(all.slice(0, 3));
			}),
			{ numRuns: 60 },
		);
	});
});
