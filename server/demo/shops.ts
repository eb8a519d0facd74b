import type { Instant } from '#sync/core/time.ts';
import {
	skills,
	type ServicePrice,
	type ServiceType,
	type Shop,
	type ShopHours,
	type Skill,
} from '#sync/shop/entity.ts';
import type { Worker, WorkerShift } from '#sync/worker/entity.ts';
import { idOf, nameOf, shopId, workerId } from './cast.ts';

export const zone = 'Asia/Kolkata';
const everyDay = [0, 1, 2, 3, 4, 5, 6] as const;
const exceptSunday = [1, 2, 3, 4, 5, 6] as const;
type Piece = readonly [opens: string, closes: string];
const roundTheClock: readonly Piece[] = [['00:00', '24:00']];
const dayWithLunch: readonly Piece[] = [
	['09:00', '13:00'],
	['14:00', '19:00'],
];

type Plan = {
	readonly number: number;
	readonly name: string;
	readonly code: string;
	readonly address: string;
	readonly pin: string;
	readonly at: readonly [lat: number, lng: number];
	readonly days: readonly number[];
	readonly hours: readonly Piece[];
	readonly workers: readonly { readonly number: number; readonly skills: readonly Skill[] }[];
};

const all: readonly Skill[] = skills;

/** Two garages that never close, so that there is always something to see, and one that does. */
export const shopPlans: readonly Plan[] = [
	{
		number: 1,
		name: 'MG Road Moto Care',
		code: 'MGR',
		address: '14 Church Street, Bengaluru',
		pin: '560001',
		at: [12.9756, 77.6066],
		days: everyDay,
		hours: roundTheClock,
		workers: [21, 22, 23].map((number) => ({ number, skills: all })),
	},
	{
		number: 2,
		name: 'Highway Bike Works',
		code: 'HBW',
		address: '3 Tumkur Road, Peenya, Bengaluru',
		pin: '560058',
		at: [13.0285, 77.5197],
		days: everyDay,
		hours: roundTheClock,
		workers: [
			{ number: 24, skills: all },
			{ number: 25, skills: ['general', 'brakes', 'electrical'] },
			{ number: 26, skills: ['general', 'brakes', 'tyres'] },
		],
	},
	{
		number: 3,
		name: 'Jayanagar Scooter Clinic',
		code: 'JSC',
		address: '27 11th Main, Jayanagar 4th Block, Bengaluru',
		pin: '560011',
		at: [12.9299, 77.5823],
		days: exceptSunday,
		hours: dayWithLunch,
		workers: [
			{ number: 27, skills: ['general', 'brakes', 'electrical', 'ev'] },
			{ number: 28, skills: ['general', 'brakes', 'tyres'] },
		],
	},
];

type Item = readonly [name: string, minutes: number, pricePaise: number, skills: readonly Skill[]];
const catalogue: readonly Item[] = [
	['General service', 60, 74_900, ['general']],
	['Oil change', 20, 34_900, ['general']],
	['Brake check and adjustment', 30, 29_900, ['brakes']],
	['Chain clean and lubrication', 20, 19_900, ['general']],
	['Electrical check', 40, 39_900, ['electrical']],
	['Puncture repair', 20, 14_900, ['general']],
];

/** Everything of the shops themselves, as rows. */
export function shopRows(openedAt: Instant) {
	return {
		shops: shopPlans.map((plan) => shopRow(plan, openedAt)),
		hours: shopPlans.flatMap(hoursRows),
		workers: shopPlans.flatMap(workerRows),
		shifts: shopPlans.flatMap((plan) => shiftRows(plan, openedAt.slice(0, 10))),
		services: shopPlans.flatMap(serviceRows),
		prices: shopPlans.flatMap(priceRows),
	};
}

const shopRow = (plan: Plan, createdAt: Instant): Shop => ({
	id: shopId(plan.number),
	name: plan.name,
	code: plan.code,
	zone,
	address: plan.address,
	pin: plan.pin,
	stateCode: 'KA',
	lat: plan.at[0],
	lng: plan.at[1],
	phone: `+91804000000${plan.number}`,
	gstin: `29ABCDE123${plan.number}F1Z5`,
	status: 'active',
	pausedUntil: null,
	pauseReason: null,
	policy: {},
	commissionBps: 1_000,
	createdAt,
});

const hoursRows = ({ number, days, hours }: Plan): ShopHours[] =>
	days.flatMap((weekday) =>
		hours.map(([opens, closes]) => ({
			id: idOf(`hours ${number} ${weekday} ${opens}`),
			shopId: shopId(number),
			weekday,
			opens,
			closes,
		})),
	);

const workerRows = ({ number, workers }: Plan): Worker[] =>
	workers.map((each) => ({
		id: workerId(each.number),
		shopId: shopId(number),
		name: nameOf(each.number),
		status: 'active',
		unavailableReason: null,
		skills: [...each.skills],
		weight: 100,
	}));

const shiftRows = ({ number, workers, days, hours }: Plan, validFrom: string): WorkerShift[] =>
	workers.flatMap((each) =>
		days.flatMap((weekday) =>
			hours.map(([starts, ends]) => ({
				id: idOf(`shift ${each.number} ${weekday} ${starts}`),
				shopId: shopId(number),
				workerId: workerId(each.number),
				weekday,
				starts,
				ends,
				validFrom,
				validUntil: null,
			})),
		),
	);

const serviceRows = ({ number }: Plan): ServiceType[] =>
	catalogue.map(([name, minutes, pricePaise, needed]) => ({
		id: idOf(`service ${number} ${name}`),
		shopId: shopId(number),
		name,
		minutes,
		bufferAfterMinutes: number === 1 ? 0 : 10,
		pricePaise: pricePaise + (number - 1) * 2_000,
		sacCode: '998714',
		gstBps: 1_800,
		skills: [...needed],
		active: true,
	}));

/** Big bikes cost more; an electric scooter needs no oil but a longer look at its wiring. */
const priceRows = ({ number }: Plan): ServicePrice[] =>
	(
		[
			['General service', 'sport', 60, 119_900],
			['General service', 'cruiser', 60, 109_900],
			['Electrical check', 'ev', 60, 49_900],
		] as const
	).map(([name, vehicleClass, minutes, pricePaise]) => ({
		id: idOf(`price ${number} ${name} ${vehicleClass}`),
		shopId: shopId(number),
		serviceTypeId: idOf(`service ${number} ${name}`),
		class: vehicleClass,
		minutes,
		pricePaise,
	}));
