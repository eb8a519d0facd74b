import { mix, uuidV7 } from '#sync/core/id.ts';

/** Ids follow from names: the same town has the same ids, whenever and however often it is seeded. */
const bornMs = Date.parse('2026-01-01T00:00:00.000Z');
export const idOf = (name: string): string =>
	uuidV7(bornMs, [mix(name, 1), mix(name, 2), mix(name, 3)]);

export const adminNumber = 1;
export const ownerNumbers = [11, 12, 13] as const;
const workerNumbers = [21, 22, 23, 24, 25, 26, 27, 28] as const;
export const customerNumbers: readonly number[] = Array.from({ length: 40 }, (_, i) => 101 + i);

/** From this customer on: history at shop 1 only, no live booking. */
export const quietCustomersFrom = 121;

export const phoneOf = (number: number): string => `+919000000${String(number).padStart(3, '0')}`;
export const userId = (number: number): string => idOf(`user ${number}`);
export const shopId = (shop: number): string => idOf(`shop ${shop}`);
export const workerId = (number: number): string => idOf(`worker ${number}`);
export const customerId = (number: number): string => idOf(`customer ${number}`);

export const castNumbers: readonly number[] = [
	adminNumber,
	...ownerNumbers,
	...workerNumbers,
	...customerNumbers,
];

const castPhones: ReadonlySet<string> = new Set(castNumbers.map(phoneOf));
/** Whether the number is one of the cast's: one code signs it in, and nothing is ever really sent. */
export const isCast = (phone: string): boolean => castPhones.has(phone);

export const nameOf = (number: number): string => names[number] ?? customerName(number);

const names: Readonly<Record<number, string>> = {
	1: 'Nandini Iyer',
	11: 'Lakshmi Rao',
	12: 'Gurpreet Singh',
	13: 'Thomas Kurian',
	21: 'Ravi Kumar',
	22: 'Meena Devi',
	23: 'Imran Sheikh',
	24: 'Sunita Patil',
	25: 'Joseph Mathew',
	26: 'Arjun Gowda',
	27: 'Fatima Begum',
	28: 'Deepak Yadav',
	101: 'Asha Menon',
	102: 'Kiran Shetty',
};

const firstNames = [
	'Rohan',
	'Priya',
	'Vikram',
	'Anjali',
	'Suresh',
	'Divya',
	'Manoj',
	'Kavya',
	'Harish',
	'Neha',
] as const;
const lastNames = ['Nair', 'Reddy', 'Sharma', 'Bhat', 'Das', 'Pillai', 'Joshi'] as const;

const customerName = (number: number): string =>
	`${firstNames[number % firstNames.length]} ${lastNames[number % lastNames.length]}`;

/** One of these, always the same for the same name. */
export function pick<T>(of: readonly T[], name: string): T {
	const one = of[mix(name, 7) % of.length];
	if (one === undefined) throw new Error('nothing to pick from');
	return one;
}

/** A number from 0 up to, not including, `end`; always the same for the same name. */
export const draw = (end: number, name: string): number => mix(name, 11) % end;
