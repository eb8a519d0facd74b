import type { Actor } from '#sync/core/actor.ts';
import { idOf } from '#tests/support/cast.ts';

/** How large the planted world is. Ids follow from numbers, so every process knows them. */
export type GarageSize = {
	readonly shops: number;
	readonly workersPerShop: number;
	readonly visitsPerWorker: number;
};

/** Somebody who is signed in: what a phone of his needs to speak to the server. */
export type Person = { readonly userId: string; readonly token: string; readonly actor: Actor };

/** Visits of one worker, one after the other, each of a customer and a bike of its own. */
export type PlannedVisit = { readonly bookingId: string; readonly jobId: string };

export const longAgo = '2026-01-01T00:00:00.000Z';
const series = 'ABCDEFGHJKMNPQRSTVWXYZ';

export const shopId = (s: number): string => idOf(1, s + 1);
export const serviceId = (s: number): string => idOf(5, s + 1);
export const seat = (s: number, w: number): number => s * 1_000 + w + 1;
export const workerId = (s: number, w: number): string => idOf(3, seat(s, w));

const person = (n: number, grant: Omit<Actor['grants'][number], 'grantedAt'>): Person => ({
	userId: idOf(9, n),
	token: `bench${String(n).padStart(27, '0')}`,
	actor: { userId: idOf(9, n), grants: [{ ...grant, grantedAt: longAgo }] },
});
export const workerOf = (s: number, w: number): Person =>
	person(seat(s, w), { role: 'worker', shopId: shopId(s), workerId: workerId(s, w) });
export const ownerOf = (s: number): Person =>
	person(5_000_000 + s, { role: 'owner', shopId: shopId(s) });
/** A customer who has booked nothing yet. */
export const customerOf = (n: number): Person =>
	person(6_000_000 + n, { role: 'customer', customerId: idOf(6, 6_000_000 + n) });

export function visitOf(size: GarageSize, s: number, w: number, v: number): PlannedVisit {
	const n = numberOf(size, s, w, v);
	return { bookingId: idOf(12, n), jobId: idOf(13, n) };
}

export const numberOf = (
	{ workersPerShop, visitsPerWorker }: GarageSize,
	s: number,
	w: number,
	v: number,
): number => (s * workersPerShop + w) * visitsPerWorker + v + 1;

/** The n-th plate of a state: planted bikes are from Karnataka, added ones from elsewhere. */
export const plateIn = (state: string, n: number): string => {
	const letter = series[Math.floor(n / 9_999) % series.length] ?? 'A';
	return `${state}01${letter}${String((n % 9_999) + 1).padStart(4, '0')}`;
};
