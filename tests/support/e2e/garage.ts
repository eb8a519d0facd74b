import { nameOf, phoneOf } from '#server/demo/cast.ts';
import { signIn, type Caller } from './rest.ts';
import type { Town } from './town.ts';

/** The first customer of the cast; she has a booking later today. */
export const asha = phoneOf(101);
/** Customers without a booking; 121 is the first. */
export const newcomer = (number: number): string => phoneOf(number);

/** The garage that never closes. */
export const shopName = 'MG Road Moto Care';
const mechanics = [21, 22, 23];
export const oneOfTheMechanics = new RegExp(`^(${mechanics.map(nameOf).join('|')})$`);

/** The phone number of one of its mechanics. */
export function phoneOfMechanic(name: string): string {
	const number = mechanics.find((each) => nameOf(each) === name);
	if (number === undefined) throw new Error(`${name} is no mechanic of ${shopName}`);
	return phoneOf(number);
}

export const colleagueOf = (phone: string): string => {
	const other = mechanics.map(phoneOf).find((each) => each !== phone);
	if (other === undefined) throw new Error('nobody else works there');
	return other;
};

/** A visit as the server tells it. */
export type Visit = {
	readonly booking: { readonly id: string; readonly code: string; readonly status: string };
	readonly job: { readonly id: string; readonly status: string; readonly workerId: string };
	readonly worker: { readonly name: string };
	readonly timeline: readonly { readonly event: string; readonly at: string }[];
};
export const visitOf = (caller: Caller, bookingId: string): Promise<Visit> =>
	caller.get<Visit>(`/api/bookings/${bookingId}`);

export const eventsOf = ({ timeline }: Visit): readonly string[] =>
	timeline.map(({ event }) => event);

export type Slot = { readonly start: string };

/** The times at which the garage could change oil today. */
export async function freeToday(caller: Caller) {
	const { shops } = await caller.get<{ shops: { id: string; name: string }[] }>('/api/shops');
	const shopId = shops.find(({ name }) => name === shopName)?.id ?? '';
	const { services } = await caller.get<{ services: { id: string; name: string }[] }>(
		`/api/shops/${shopId}`,
	);
	const serviceIds = services.filter(({ name }) => name === 'Oil change').map(({ id }) => id);
	const { now } = await caller.get<{ now: string }>('/api/demo/clock');
	const { slots } = await caller.get<{ slots: Slot[] }>(
		`/api/shops/${shopId}/slots?date=${now.slice(0, 10)}&services=${serviceIds.join()}`,
	);
	return { shopId, serviceIds, starts: slots.map(({ start }) => start) };
}

/** Somebody books and confirms, without a phone of ours. */
export async function book(customer: Caller, start?: string): Promise<Visit> {
	const { shopId, serviceIds, starts } = await freeToday(customer);
	const { vehicles } = await customer.get<{ vehicles: { id: string }[] }>('/api/vehicles');
	const { booking } = await customer.post<{ booking: { id: string } }>('/api/bookings/create', {
		shopId,
		vehicleId: vehicles[0]?.id,
		serviceIds,
		start: start ?? starts[0],
	});
	await customer.put(`/api/bookings/${booking.id}/confirm`);
	return visitOf(customer, booking.id);
}

/** A confirmed visit of today, and the phone number of the mechanic who has the job. */
export async function aVisit(town: Town, customer = newcomer(121)) {
	const visit = await book(await signIn(town, customer));
	return { ...visit, mechanic: phoneOfMechanic(visit.worker.name) };
}
