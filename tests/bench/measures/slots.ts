import { addDays, addMinutes, instantAt, instantOf, localDay, type Day } from '#sync/core/time.ts';
import { skills } from '#sync/shop/entity.ts';
import { freeStarts, type SlotInput } from '#sync/slot/rules.ts';
import type { Contender, Measure } from '../support/contest.ts';
import { median, nowMs, quantile } from '../support/figures.ts';
import { serviceId, shopId, workerOf, type GarageSize } from '../support/cast.ts';
import type { Kind, Place } from '../support/place.ts';
import { serveOurs } from '../support/processes.ts';

const zone = 'Asia/Kolkata';
const days = 14;
/** Through HTTP: ten workers by day and night, whose next five days are full. */
const size: GarageSize = { shops: 1, workersPerShop: 10, visitsPerWorker: 240 };
const searches = 100;
const asked = 140;

/** Where a visit could go: the same rule on a phone and on the server. */
export const slots: Measure = {
	name: 'slots',
	title: 'Slot search, 10 workers',
	meanings: {
		'14 days, rows just read, p50': { unit: 'ms' },
		'14 days, the same rows again, p50': { unit: 'ms', goal: '<= 1' },
		'14 days, the same rows again, p95': { unit: 'ms' },
		'a day through HTTP, p50': { unit: 'ms' },
		'a day through HTTP, p95': { unit: 'ms', goal: '<= 20' },
	},
	rounds: 5,
	contenders: (place) => [
		() => Promise.resolve(onDevice()),
		() => overHttp(place, 'embedded'),
		() => overHttp(place, 'postgres'),
	],
};

const daysFrom = (now: string): Day[] =>
	Array.from({ length: days }, (_, ahead) => addDays(localDay(zone, now), ahead));

/** With what a phone has of its shop, as rows that were just read and as those of the last search. */
function onDevice(): Contender {
	const now = instantOf(Date.now());
	const inputOf = (): SlotInput => ({
		shop: { zone, status: 'active', pausedUntil: null, policy: {} },
		hours: weekdays.map((weekday) => ({ weekday, opens: '09:00', closes: '19:00' })),
		workers: crew.map((id) => ({ id, status: 'active', skills: [...skills] })),
		shifts: crew.flatMap((workerId) => weekdays.map((weekday) => shiftOf(workerId, weekday))),
		occupied: crew.flatMap((workerId) =>
			daysFrom(now).flatMap((day) => busyHours(day).map((time) => ({ workerId, ...time }))),
		),
		need: { minutes: 30, bufferMinutes: 0, skills: ['general'] },
		...{ mode: 'drop_off', now },
	});
	return {
		side: 'device',
		async run() {
			const search = (input: SlotInput) => {
				const began = nowMs();
				const found = daysFrom(now).flatMap((day) => freeStarts(input, day));
				if (found.length === 0) throw new Error('nothing was free');
				return nowMs() - began;
			};
			const first = Array.from({ length: searches }, () => search(inputOf()));
			const input = inputOf();
			const again = Array.from({ length: searches }, () => search(input));
			return {
				'14 days, rows just read, p50': median(first),
				'14 days, the same rows again, p50': median(again),
				'14 days, the same rows again, p95': quantile(again, 0.95),
			};
		},
		close: () => Promise.resolve(),
	};
}

const weekdays = [0, 1, 2, 3, 4, 5, 6];
const crew = Array.from({ length: size.workersPerShop }, (_, w) => `worker ${w}`);
/** Eight of the ten hours of a day are taken, in halves. */
const busyHours = (day: Day) =>
	Array.from({ length: 20 }, (_, half) => addMinutes(instantAt(zone, day, '09:00'), 30 * half))
		.filter((_, half) => half % 5 !== 4)
		.map((startAt) => ({ startAt, endAt: addMinutes(startAt, 30) }));
const shiftOf = (workerId: string, weekday: number) => ({
	...{ workerId, weekday, starts: '09:00', ends: '19:00' },
	...{ validFrom: '2026-01-01', validUntil: null },
});

async function overHttp(place: Place, side: Kind): Promise<Contender> {
	const server = await serveOurs(await place.aGarage(side, size));
	return {
		side,
		async run() {
			const times = await slotTimes(server.url, asked);
			return {
				'a day through HTTP, p50': median(times),
				'a day through HTTP, p95': quantile(times, 0.95),
			};
		},
		close: server.stop,
	};
}

/** How long each of so many questions took, one day after the other, in milliseconds. */
export async function slotTimes(url: string, count: number): Promise<number[]> {
	const headers = { authorization: `Bearer ${workerOf(0, 0).token}` };
	const all = daysFrom(instantOf(Date.now()));
	const times: number[] = [];
	for (let n = 0; n < count; n += 1) {
		const query = `date=${all[n % all.length]}&services=${serviceId(0)}`;
		const began = nowMs();
		const response = await fetch(`${url}/api/shops/${shopId(0)}/slots?${query}`, {
			headers,
		});
		const text = await response.text();
		times.push(nowMs() - began);
		if (!response.ok) throw new Error(text);
	}
	return times;
}
