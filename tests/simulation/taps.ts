import { Rejection } from '#sync/core/rejection.ts';
import type { Doc } from '#sync/core/document.ts';
import { addMinutes, instantOf, msOf } from '#sync/core/time.ts';
import { bikeOf, offered } from './cast.ts';
import { DiskFull, type Phone } from './phone.ts';
import type { Random } from './random.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Who has so many visits seldom asks for another one. */
const visitsEnough = 3;

type Tap = { readonly name: string; readonly args: unknown };

/** Something its owner might press now, from what his phone shows; null: nothing to press. */
export async function tapOn(phone: Phone, time: VirtualTime, random: Random): Promise<Tap | null> {
	const role = phone.actor.grants[0]?.role;
	return role === 'customer'
		? customersTap(phone, time, random)
		: staffsTap(phone, random, role === 'owner');
}

/** Presses it. A press that the phone itself refuses is an answer like another. */
export async function press(phone: Phone, tap: Tap): Promise<void> {
	try {
		const { mutationId } = await phone.device.perform(tap.name, tap.args);
		phone.tapped.push(mutationId);
	} catch (error) {
		if (!(error instanceof Rejection) && !(error instanceof DiskFull)) throw error;
	}
}

/** Takes something back that still waits, if there is anything. */
export async function takeBack(phone: Phone, random: Random): Promise<void> {
	const waiting = phone.device.pending().filter(({ status }) => status === 'queued');
	if (waiting.length === 0) return;
	const { id } = random.pick(waiting);
	const hadLeft = phone.line.left.has(id);
	try {
		if (await phone.device.withdraw(id)) phone.takenBack.set(id, { hadLeft });
	} catch (error) {
		if (!(error instanceof DiskFull)) throw error;
	}
}

/** Somebody really looks at one of the visits that his phone shows. */
export async function look(phone: Phone, random: Random): Promise<void> {
	const bookings = await phone.device.documents('bookings');
	if (bookings.length === 0) return;
	const { id, version } = random.pick(bookings) as Doc & { readonly version: number };
	phone.device.see({ bookingId: id, bookingVersion: version, jobVersion: 0 });
}

async function customersTap(phone: Phone, time: VirtualTime, random: Random): Promise<Tap | null> {
	const visits = await phone.device.documents('bookings');
	const held = visits.filter((each) => each['status'] === 'held');
	if (held.length > 0 && random.chance(0.7))
		return { name: 'booking.confirm', args: { bookingId: random.pick(held).id } };
	if (random.chance(0.1))
		return {
			name: 'vehicle.add',
			args: {
				registrationNumber: `KA51CD${String(1_000 + random.below(40))}`,
				make: 'TVS',
				model: 'Jupiter',
				class: 'scooter',
			},
		};
	if (visits.length >= visitsEnough && random.chance(0.8)) return null;
	const gridMs = 30 * 60_000;
	const soon = Math.ceil(msOf(time.now()) / gridMs) * gridMs;
	const [shopId, services] = random.pick([...offered, ...[...offered].slice(0, 1)]);
	return {
		name: 'booking.request',
		args: {
			shopId,
			vehicleId: bikeOf(phone.actor),
			serviceTypeIds: [random.pick(services)],
			startAt: addMinutes(instantOf(soon), 30 * (1 + random.below(4))),
		},
	};
}

async function staffsTap(phone: Phone, random: Random, isOwner: boolean): Promise<Tap | null> {
	const bookings = await phone.device.documents('bookings');
	const jobs = await phone.device.documents('jobs');
	const taps: Tap[] = [
		...bookings
			.filter((each) => ['confirmed', 'expired'].includes(String(each['status'])))
			.map(({ id }) => ({ name: 'booking.receive', args: { bookingId: id, odometerKm: 12_000 } })),
		...jobs.flatMap((job) => jobTaps(job, isOwner)),
		...(isOwner ? jobs.flatMap(staffing) : []),
	];
	return taps.length === 0 ? null : random.pick(taps);
}

/** Work that nobody has is given to somebody, with the server's help. */
const staffing = (job: Doc): Tap[] =>
	job['status'] === 'pending' && job['workerId'] === null
		? [{ name: 'job.assign', args: { bookingId: job['bookingId'] } }]
		: [];

function jobTaps(job: Doc, isOwner: boolean): Tap[] {
	const args = { jobId: job.id };
	const withEpoch = { ...args, epoch: job['epoch'] };
	if (job['status'] === 'in_progress') return [{ name: 'job.complete', args: withEpoch }];
	if (job['status'] !== 'pending') return [];
	const start = { name: 'job.start', args: withEpoch };
	if (isOwner) return [start];
	return [
		start,
		start,
		{ name: 'job.accept', args },
		{ name: 'job.decline', args: { ...args, reason: 'wrong tool' } },
	];
}
