import { describe, expect, it } from 'vitest';
import { addDays, addMinutes, instantAt } from '#sync/core/time.ts';
import { skills } from '#sync/shop/entity.ts';
import { freeStarts, type SlotInput } from '#sync/slot/rules.ts';

describe('the time it takes', () => {
	it('to look through two weeks of ten busy workers is printed', () => {
		const zone = 'Asia/Kolkata';
		const today = '2026-11-23';
		const week = [0, 1, 2, 3, 4, 5, 6];
		const ids = Array.from({ length: 10 }, (_, n) => `worker ${n}`);
		const days = Array.from({ length: 14 }, (_, n) => addDays(today, n));
		const input: SlotInput = {
			shop: { zone, status: 'active', pausedUntil: null, policy: {} },
			hours: week.map((weekday) => ({ weekday, opens: '09:00', closes: '20:00' })),
			workers: ids.map((id) => ({ id, status: 'active', skills: [...skills] })),
			shifts: ids.flatMap((workerId) =>
				week.flatMap((weekday) =>
					[
						['09:00', '13:00'],
						['14:00', '20:00'],
					].map(([starts = '', ends = '']) => ({
						workerId,
						weekday,
						starts,
						ends,
						validFrom: '2026-01-01',
						validUntil: null,
					})),
				),
			),
			occupied: days.flatMap((day) =>
				ids.flatMap((workerId, n) =>
					[9, 11, 14, 16, 18].map((hours) => ({
						workerId,
						startAt: addMinutes(instantAt(zone, day, '00:00'), hours * 60 + n),
						endAt: addMinutes(instantAt(zone, day, '00:00'), hours * 60 + n + 60),
					})),
				),
			),
			need: { minutes: 45, bufferMinutes: 10, skills: ['general'] },
			mode: 'drop_off',
			now: instantAt(zone, today, '08:00'),
		};
		const look = () => days.reduce((sum, day) => sum + freeStarts(input, day).length, 0);

		const found = look();
		for (let round = 0; round < 50; round += 1) look();
		const begun = process.cpuUsage();
		for (let round = 0; round < 20; round += 1) look();
		const { user, system } = process.cpuUsage(begun);
		const ms = (user + system) / 1_000 / 20;

		console.log(`free starts, 10 workers x 14 days: ${found} starts, ${ms.toFixed(2)} ms of CPU`);
		expect(found).toBeGreaterThan(0);
	});
});
