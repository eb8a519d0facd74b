import type { Doc } from '#sync/core/document.ts';
import { addDays, instantAt, localDay } from '#sync/core/time.ts';
import { idOf, shopId } from '#server/demo/cast.ts';
import type { Random } from '#tests/simulation/random.ts';
import type { PlainPhone } from './plain-phone.ts';

export type Role = 'customer' | 'worker' | 'owner';

let plates = 0;
const services = ['General service', 'Oil change', 'Puncture repair'] as const;
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ';

/** One of 5.7 million, each once. */
function nextPlate(): string {
	const nth = (plates += 1);
	const [a, b] = [Math.floor(nth / 9_000), Math.floor(nth / 9_000 / letters.length)];
	const series = `${letters[b % letters.length]}${letters[a % letters.length]}`;
	return `KA52${series}${1_000 + (nth % 9_000)}`;
}

/** Presses something that the person might press now, from what the phone shows. */
export function tapSomething(phone: PlainPhone, role: Role, random: Random, nowMs: number): void {
	if (role === 'customer') customersTap(phone, random, nowMs);
	else staffsTap(phone, role, random);
}

function customersTap(phone: PlainPhone, random: Random, nowMs: number): void {
	const held = phone.of('bookings').filter((each) => each['status'] === 'held');
	const bikes = phone.of('vehicles');
	if (held.length > 0 && random.chance(0.5))
		return phone.tap('booking.confirm', { bookingId: random.pick(held).id });
	if (bikes.length > 0 && random.chance(0.4))
		return phone.tap('booking.request', wish(random.pick(bikes), random, nowMs));
	phone.tap('vehicle.add', {
		registrationNumber: nextPlate(),
		make: 'TVS',
		model: 'Jupiter',
		class: 'scooter',
	});
}

function wish(bike: Doc, random: Random, nowMs: number) {
	const zone = 'Asia/Kolkata';
	const day = addDays(localDay(zone, new Date(nowMs).toISOString()), 1 + random.below(6));
	const startAt = instantAt(zone, day, `${10 + random.below(7)}:${random.pick(['00', '30'])}`);
	const serviceTypeIds = [idOf(`service 1 ${random.pick(services)}`)];
	return { shopId: shopId(1), vehicleId: bike.id, serviceTypeIds, startAt };
}

function staffsTap(phone: PlainPhone, role: Role, random: Random): void {
	const bookings = phone.of('bookings').filter((each) => each['status'] === 'confirmed');
	const jobs = phone.of('jobs');
	const about = (some: readonly Doc[]) => (some.length === 0 ? null : random.pick(some));
	const pending = about(jobs.filter((each) => each['status'] === 'pending'));
	const begun = about(jobs.filter((each) => each['status'] === 'in_progress'));
	const booked = about(bookings);
	const word = random.below(5);
	if (begun && word === 0)
		return phone.tap('job.complete', { jobId: begun.id, epoch: begun['epoch'] });
	if (pending && word === 1)
		return phone.tap('job.start', { jobId: pending.id, epoch: pending['epoch'] });
	if (pending && word === 2 && role === 'worker')
		return phone.tap('job.accept', { jobId: pending.id });
	if (pending && word === 3 && role === 'worker')
		return phone.tap('job.decline', { jobId: pending.id, reason: 'wrong tool' });
	if (booked) phone.tap('booking.receive', { bookingId: booked.id, odometerKm: 12_000 });
}
