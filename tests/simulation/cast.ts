import type { Actor } from '#sync/core/actor.ts';
import {
	asha,
	ashasBike,
	divya,
	divyasBike,
	imran,
	joseph,
	kiran,
	kiransBike,
	lakshmi,
	lakshmiMotors,
	meena,
	otherGarage,
	otherOwner,
	ravi,
	service,
} from '#tests/support/cast.ts';
import type { Random } from './random.ts';

type Named = readonly [name: string, actor: Actor];

const customers: readonly Named[] = [
	['asha', asha],
	['kiran', kiran],
	['divya', divya],
];
const workers: readonly Named[] = [
	['ravi', ravi],
	['meena', meena],
	['imran', imran],
	['joseph', joseph],
];
const owners: readonly Named[] = [
	['lakshmi', lakshmi],
	['otherOwner', otherOwner],
];

const bikes: ReadonlyMap<string | null, string> = new Map([
	[asha.userId, ashasBike],
	[kiran.userId, kiransBike],
	[divya.userId, divyasBike],
]);
export const bikeOf = ({ userId }: Actor): string | undefined => bikes.get(userId);

/** What a shop does, as customers ask for it. */
export const offered: ReadonlyMap<string, readonly string[]> = new Map([
	[lakshmiMotors, [service.wash, service.general]],
	[otherGarage, [service.other]],
]);

/** A phone, whose it is, and which browser it is: two people may share one, one may have two. */
export type Owned = { readonly name: string; readonly actor: Actor; readonly number: number };

/**
 * Which phones there are: always a customer's and two of the staff; then maybe more people, a second
 * phone of somebody, and somebody who signs in on another's phone.
 */
export function phonesIn(random: Random): readonly Owned[] {
	const staff = [...shuffled(random, [...workers, ...owners])];
	const people = [random.pick(customers), ...staff.splice(0, 2)];
	const others = shuffled(random, [
		...customers.filter((each) => !people.includes(each)),
		...staff,
	]);
	for (const other of others.slice(0, 2)) if (random.chance(0.3)) people.push(other);
	const owned: Owned[] = people.map(([name, actor], index) => ({ name, actor, number: index + 1 }));
	if (random.chance(0.25)) {
		const { name, actor } = random.pick(owned);
		owned.push({ name: `${name}'s other`, actor, number: owned.length + 1 });
	}
	const guest = others.find((each) => !people.includes(each));
	if (guest && random.chance(0.2)) {
		const { number } = random.pick(owned);
		owned.push({ name: `${guest[0]} as a guest`, actor: guest[1], number });
	}
	return owned;
}

export const shuffled = <T>(random: Random, items: readonly T[]): T[] =>
	items
		.map((item) => [random.next(), item] as const)
		.sort(([a], [b]) => a - b)
		.map(([, item]) => item);
