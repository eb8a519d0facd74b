import type { Locator, Page } from '@playwright/test';

import { nameOf, phoneOf } from '#server/demo/cast.ts';
import { signIn, type Caller } from './rest.ts';
import type { Town } from './town.ts';
import { catalogues, saying } from './words.ts';

/**
 * Customers 121 to 140: they have no booking yet, but were at the garage before. Each test takes its
 * own, for several tests meet in one town.
 */
export const customer = (number: number): string => phoneOf(number);

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

/** The phone numbers of the others who work there. */
export const colleaguesOf = (phone: string): readonly string[] =>
	mechanics.map(phoneOf).filter((each) => each !== phone);

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

/** The times of today at which everybody there is free to change oil: none is in another's way. */
export async function freeToday(caller: Caller) {
	const { shops } = await caller.get<{ shops: { id: string; name: string }[] }>('/api/shops');
	const shopId = shops.find(({ name }) => name === shopName)?.id ?? '';
	const { services } = await caller.get<{ services: { id: string; name: string }[] }>(
		`/api/shops/${shopId}`,
	);
	const serviceIds = services.filter(({ name }) => name === 'Oil change').map(({ id }) => id);
	const { now } = await caller.get<{ now: string }>('/api/demo/clock');
	const { slots } = await caller.get<{ slots: { start: string; workers: number }[] }>(
		`/api/shops/${shopId}/slots?date=${now.slice(0, 10)}&services=${serviceIds.join()}`,
	);
	const quiet = slots.filter(({ workers }) => workers === mechanics.length);
	return { shopId, serviceIds, starts: quiet.map(({ start }) => start) };
}

/** Somebody books and confirms, without a phone of ours. */
export async function book(by: Caller, start?: string): Promise<Visit> {
	const { shopId, serviceIds, starts } = await freeToday(by);
	const { vehicles } = await by.get<{ vehicles: { id: string }[] }>('/api/vehicles');
	const { booking } = await by.post<{ booking: { id: string } }>('/api/bookings/create', {
		shopId,
		vehicleId: vehicles[0]?.id,
		serviceIds,
		start: start ?? starts[0],
	});
	await by.put(`/api/bookings/${booking.id}/confirm`);
	return visitOf(by, booking.id);
}

/** A confirmed visit of today, and the phone number of the mechanic who has the job. */
export async function aVisit(town: Town, phone: string) {
	const visit = await book(await signIn(town, phone));
	return { ...visit, mechanic: phoneOfMechanic(visit.worker.name) };
}

/** Its card on the page of a mechanic. */
export const ticketOf = (page: Page, code: string): Locator =>
	page.getByRole('article').filter({ hasText: code });

/** The step of booking in which a customer says which bike it is about, with all of hers in sight. */
export async function allBikes(page: Page): Promise<Locator> {
	const step = page.getByRole('region', { name: catalogues.en['book.bike'] });
	const change = step.getByRole('button', { name: saying('change') });
	const add = step.getByRole('button', { name: saying('book.addBike') });
	await change.or(add).first().waitFor();
	if (await change.isVisible()) await change.click();
	return step;
}

/** A customer adds a bike to hers. */
export async function addBike(page: Page, plate: string): Promise<void> {
	const step = await allBikes(page);
	await step.getByRole('button', { name: saying('book.addBike') }).click();
	await step.getByLabel(saying('book.plate')).fill(plate);
	await step.getByRole('button', { name: saying('book.add') }).click();
	await step.getByRole('button', { name: saying('change') }).waitFor();
}

/** What is on the plates of her bikes as the server has them. */
export async function platesOf(caller: Caller): Promise<readonly string[]> {
	const { vehicles } = await caller.get<{ vehicles: { registrationNumber: string }[] }>(
		'/api/vehicles',
	);
	return vehicles.map(({ registrationNumber }) => registrationNumber);
}
