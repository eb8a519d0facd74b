import { localDay } from '#sync/core/time.ts';
import type { Me } from '#lib/device/browser/me.ts';
import { useBearer } from '#lib/device/browser/credentials.ts';
import type { Letter } from '#lib/device/browser/names.ts';
import type { ShopAnswer, SlotsAnswer } from '#lib/online/answers.ts';
import { askAs } from '#lib/online/ask.ts';
import { demoCode } from '#lib/online/sign-in.ts';

export type Part = 'worker' | 'customer';

const phoneOf = (number: number): string => `+91${9_000_000_000 + number}`;
/** All who work in the garage that never closes: one of them gets the job. */
const mechanics = [21, 22, 23].map(phoneOf);
/** Customers of that garage without a visit; each may have a few at a time. */
const customers = Array.from({ length: 20 }, (_, index) => phoneOf(121 + index));
export const firstOf: Readonly<Record<Part, string>> = {
	worker: phoneOf(21),
	customer: phoneOf(121),
};

/** Signs somebody of the demo's cast in on one of the two phones; false: the server did not. */
export async function enterOn(phone: Letter, phoneNumber: string): Promise<boolean> {
	const token = await tokenOf(phoneNumber);
	if (token !== null) useBearer(token, phone);
	return token !== null;
}

/**
 * Books and confirms a visit for a customer, and hands the phones to the mechanic who got it and to
 * that customer. Null: no server, or no free time.
 */
export async function beginStory(): Promise<{ readonly bookingId: string } | null> {
	const garage = await garageOf(phoneOf(21));
	if (garage === null) return null;
	for (const phoneNumber of customers) {
		const customer = await tokenOf(phoneNumber);
		const bookingId = customer === null ? null : await book(customer, garage);
		if (customer === null || bookingId === null) continue;
		const mechanic = await whoHas(customer, bookingId);
		if (mechanic === null) return null;
		useBearer(mechanic, 'a');
		useBearer(customer, 'b');
		return { bookingId };
	}
	return null;
}

async function tokenOf(phoneNumber: string): Promise<string | null> {
	const path = '/api/auth/phone-number/verify';
	const entered = await ask<{ token: string }>(null, 'POST', path, { phoneNumber, code: demoCode });
	return entered?.token ?? null;
}

/** Where he works. */
async function garageOf(phoneNumber: string): Promise<string | null> {
	const token = await tokenOf(phoneNumber);
	const me = await ask<Me>(token, 'GET', '/api/me');
	return me?.roles.find(({ role }) => role === 'worker')?.shopId ?? null;
}

/** The shortest service at the first free time of today, confirmed. */
async function book(customer: string, shopId: string): Promise<string | null> {
	const bikes = await ask<{ vehicles: { id: string }[] }>(customer, 'GET', '/api/vehicles');
	const vehicleId = bikes?.vehicles[0]?.id;
	const free = await freeToday(customer, shopId);
	if (free === null || vehicleId === undefined) return null;
	const order = { shopId, vehicleId, ...free };
	type Booked = { booking: { id: string } };
	const booked = await ask<Booked>(customer, 'POST', '/api/bookings/create', order);
	if (booked === null) return null;
	const { id } = booked.booking;
	return (await ask(customer, 'PUT', `/api/bookings/${id}/confirm`)) === null ? null : id;
}

async function freeToday(customer: string, shopId: string) {
	const shop = await ask<ShopAnswer>(customer, 'GET', `/api/shops/${shopId}`);
	const clock = await ask<{ now: string }>(customer, 'GET', '/api/demo/clock');
	const quickest = shop?.services.toSorted((a, b) => a.minutes - b.minutes)[0];
	if (clock === null || quickest === undefined) return null;
	const query = `date=${localDay('Asia/Kolkata', clock.now)}&services=${quickest.id}`;
	const path = `/api/shops/${shopId}/slots?${query}`;
	const start = (await ask<SlotsAnswer>(customer, 'GET', path))?.slots[0]?.start;
	return start === undefined ? null : { serviceIds: [quickest.id], start };
}

/** The token of the mechanic to whom the job was given. */
async function whoHas(customer: string, bookingId: string): Promise<string | null> {
	type Visit = { job: { workerId: string | null } };
	const visit = await ask<Visit>(customer, 'GET', `/api/bookings/${bookingId}`);
	for (const phoneNumber of mechanics) {
		const token = await tokenOf(phoneNumber);
		const me = await ask<Me>(token, 'GET', '/api/me');
		if (me?.roles.some(({ workerId }) => workerId === visit?.job.workerId)) return token;
	}
	return null;
}

async function ask<T>(...question: Parameters<typeof askAs>): Promise<T | null> {
	const answer = await askAs<T>(...question);
	return answer.kind === 'ok' ? answer.body : null;
}
