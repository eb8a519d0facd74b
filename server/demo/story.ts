import {
	addDays,
	addMinutes,
	instantAt,
	instantOf,
	localDay,
	minuteMs,
	msOf,
	weekdayOf,
	type Day,
	type Instant,
} from '#sync/core/time.ts';
import type { ServiceType } from '#sync/shop/entity.ts';
import { customerNumbers, draw, pick, quietCustomersFrom, shopId } from './cast.ts';
import { shopPlans, zone } from './shops.ts';
import type { Told } from './visit.ts';

export const historyDays = 90;
/** When a worker's jobs of a past day began: far enough apart for the longest pair of services. */
const startTimes = ['09:30', '11:30', '14:30', '16:30'] as const;
/** Of a hundred such times, how many were booked. */
const busyPercent = 15;

/** The past ninety days, made up: who came when for what, and what became of it. */
export function history(now: Instant, services: readonly ServiceType[]): Told[] {
	const today = localDay(zone, now);
	const days = Array.from({ length: historyDays }, (_, index) =>
		addDays(today, index - historyDays),
	);
	return days.flatMap((day) => pastDay(day, services));
}

function pastDay(day: Day, services: readonly ServiceType[]): Told[] {
	const waiting = shuffled(customerNumbers, day);
	return shopPlans
		.filter(({ days }) => days.includes(weekdayOf(day)))
		.flatMap(({ number: shop, workers }) =>
			workers.flatMap((each) =>
				startTimes.flatMap((time) => {
					const name = `${day} ${time} ${each.number}`;
					if (draw(100, name) >= busyPercent) return [];
					const place = waiting.findIndex((one) => shop === 1 || one < quietCustomersFrom);
					const [customer] = place < 0 ? [] : waiting.splice(place, 1);
					if (customer === undefined) return [];
					const worker = each.number;
					return [
						pastVisit(
							{ name, shop, worker, customer, startAt: instantAt(zone, day, time) },
							services,
						),
					];
				}),
			),
		);
}

function pastVisit(
	who: Pick<Told, 'name' | 'shop' | 'worker' | 'customer' | 'startAt'>,
	services: readonly ServiceType[],
): Told {
	const offered = services.filter((each) => each.shopId === shopId(who.shop));
	const bookedAt = addMinutes(who.startAt, -60 * (4 + draw(60, `${who.name} booked`)));
	const told = { ...who, bookedAt, services: wanted(offered, who.name) };
	const fate = draw(100, `${who.name} fate`);
	if (fate < 4) return { ...told, status: 'no_show' };
	if (fate < 9) return { ...told, status: 'cancelled' };
	if (fate < 12) return { ...told, status: 'expired' };
	const pace = 0.8 + draw(40, `${who.name} pace`) / 100;
	return { ...told, status: 'closed', work: 'completed', pace };
}

/** Today, in every state there is: what just came, what goes on, what is to come. */
export function today(now: Instant, services: readonly ServiceType[]): Told[] {
	const halfHour = 30 * minuteMs;
	const grid = instantOf(Math.floor(msOf(now) / halfHour) * halfHour);
	const of = (shop: number, ...names: string[]) =>
		services.filter((each) => each.shopId === shopId(shop) && names.includes(each.name));
	const visit = (
		name: string,
		[shop, worker, customer]: readonly [number, number, number],
		startsIn: number,
		rest: Pick<Told, 'services' | 'status'> & Partial<Told>,
	): Told => ({
		name: `today ${name}`,
		shop,
		worker,
		customer,
		startAt: addMinutes(grid, startsIn),
		bookedAt: addMinutes(now, Math.min(-90, startsIn - 240)),
		...rest,
	});
	const checkUp = of(2, 'General service');
	return [
		visit('confirmed', [1, 22, 101], 180, { status: 'confirmed', services: of(1, 'Oil change') }),
		visit('held', [2, 24, 102], 240, {
			status: 'held',
			services: checkUp,
			bookedAt: now,
			holdExpiresAt: addMinutes(now, 10),
		}),
		visit('received', [2, 25, 103], 0, {
			status: 'received',
			services: of(2, 'Brake check and adjustment'),
		}),
		visit('in progress', [2, 24, 104], -30, {
			status: 'received',
			work: 'in_progress',
			services: checkUp,
		}),
		visit('closed', [2, 25, 105], -180, { status: 'closed', work: 'completed', services: checkUp }),
		visit('cancelled', [2, 26, 106], -120, { status: 'cancelled', services: checkUp }),
		visit('expired', [3, 27, 106], -60, { status: 'expired', services: of(3, 'Oil change') }),
		visit('no show', [3, 28, 110], -150, { status: 'no_show', services: of(3, 'Puncture repair') }),
		visit('offered', [2, 26, 111], 90, {
			status: 'confirmed',
			services: of(2, 'Chain clean and lubrication'),
			bookedAt: addMinutes(now, -2),
			offerExpiresAt: addMinutes(now, 10),
		}),
	];
}

/** One service, or two that do not take long. */
function wanted(offered: readonly ServiceType[], name: string): ServiceType[] {
	const first = pick(offered, `${name} first`);
	const second = pick(offered, `${name} second`);
	const both = first.id !== second.id && first.minutes + second.minutes <= 80;
	return both ? [first, second] : [first];
}

/** The same order for the same day. */
const shuffled = (numbers: readonly number[], day: Day): number[] =>
	numbers
		.map((each) => [draw(1_000_000, `${day} ${each}`), each] as const)
		.sort(([a], [b]) => a - b)
		.map(([, each]) => each);
