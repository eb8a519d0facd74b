import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#sync/core/actor.ts';
import { addMinutes } from '#sync/core/time.ts';
import { mutators } from '#sync/registry.ts';
import type { MemoryPort } from '#server/db/memory.ts';
import { sync } from '#server/domain/sync.ts';
import {
	asha,
	ashasBike,
	everybody,
	id,
	lakshmiMotors,
	otherGarage,
	service,
} from '#tests/support/cast.ts';
import { aMutation, aWish, openDoor, type Door } from '#tests/support/door.ts';
import { aPort } from '#tests/support/ports.ts';
import { aRequest, sent } from '#tests/support/requests.ts';

type Person = keyof typeof everybody | 'clock';
const people = [...Object.keys(everybody), 'clock'] as readonly Person[];
const clock: Actor = {
	userId: null,
	grants: [{ role: 'system', grantedAt: '1970-01-01T00:00:00.000Z' }],
};
const actorOf = (person: Person): Actor => (person === 'clock' ? clock : everybody[person]);

/** Asha's visit at Lakshmi's shop, confirmed and given to one of its workers. */
type Visit = { readonly bookingId: string; readonly jobId: string; readonly workerId: string };

/**
 * For every mutator: arguments about Asha's visit, and who may perform it on that. Everybody else
 * must be told `not_allowed` (his role may never) or `not_found` (not on this), and move nothing.
 */
const rights: Readonly<
	Record<string, { args: (visit: Visit) => unknown; may: readonly Person[] }>
> = {
	'customer.register': {
		args: () => ({ userId: id('user', 500), name: 'New', phone: '+919876543210' }),
		may: ['clock'],
	},
	'vehicle.add': {
		args: () => ({ registrationNumber: 'KA51ZZ9999', make: 'TVS', model: 'XL', class: 'scooter' }),
		may: ['asha', 'kiran', 'divya'],
	},
	'booking.request': {
		args: () => aWish({ startAt: addMinutes(aWish().startAt, 120) }),
		may: ['asha', 'lakshmi'],
	},
	'booking.confirm': { args: ({ bookingId }) => ({ bookingId }), may: ['asha'] },
	'booking.expire': { args: ({ bookingId }) => ({ bookingId }), may: ['clock'] },
	'booking.receive': {
		args: ({ bookingId }) => ({ bookingId }),
		may: ['ravi', 'meena', 'imran', 'lakshmi'],
	},
	'booking.see': {
		args: ({ bookingId }) => ({ bookingId, bookingVersion: 1, jobVersion: 1 }),
		may: ['asha', 'ravi', 'meena', 'imran', 'lakshmi'],
	},
	'job.assign': {
		args: ({ bookingId }) => ({ bookingId }),
		may: ['asha', 'lakshmi', 'admin'],
	},
	'job.start': { args: ({ jobId }) => ({ jobId }), may: ['ravi', 'meena', 'imran', 'lakshmi'] },
	'job.complete': {
		args: ({ jobId }) => ({ jobId }),
		may: ['ravi', 'meena', 'imran', 'lakshmi'],
	},
	'job.accept': { args: ({ jobId }) => ({ jobId }), may: ['ravi', 'meena', 'imran'] },
	'job.decline': {
		args: ({ jobId }) => ({ jobId, reason: 'no' }),
		may: ['ravi', 'meena', 'imran'],
	},
	'offer.expire': { args: ({ jobId }) => ({ offerId: offerOf.get(jobId) }), may: ['clock'] },
	'shop.age': { args: () => ({ shopId: lakshmiMotors, day: '2026-11-23' }), may: ['clock'] },
};
const offerOf = new Map<string, string>();

/** Roles that may perform it on something: the others are told so, whatever the object. */
const rolesOf = (name: string): readonly string[] => mutators[name]?.by ?? [];

describe('who may do what', () => {
	let door: Door;
	let port: MemoryPort;
	let visit: Visit;

	beforeAll(async () => {
		await fresh();
	});

	async function fresh(): Promise<void> {
		const test = await aPort('memory');
		door = await openDoor(test);
		port = test.port as MemoryPort;
		const held = await door.as(asha, 'booking.request', aWish());
		const bookingId = String(held.ids?.['bookingId']);
		const jobId = String(held.ids?.['jobId']);
		await door.as(asha, 'booking.confirm', { bookingId });
		const [offer] = [...(port.state().tables.get('job_offer')?.values() ?? [])];
		offerOf.set(jobId, String(offer?.id));
		const workerId = String(port.state().tables.get('job')?.get(jobId)?.['workerId']);
		visit = { bookingId, jobId, workerId };
	}

	it('is said for every mutator there is', () => {
		expect(Object.keys(rights).sort()).toEqual(Object.keys(mutators).sort());
	});

	const cases = Object.keys(rights).flatMap((name) =>
		people.map((person) => ({ name, person, may: rights[name]?.may.includes(person) ?? false })),
	);

	it.each(cases.filter((each) => !each.may))(
		'$name is refused to $person, and nothing moves',
		async ({ name, person }) => {
			await fresh();
			const before = port.state();
			const roles = actorOf(person).grants.map((each) => each.role);
			const expected = roles.some((role) => rolesOf(name).includes(role))
				? 'not_found'
				: 'not_allowed';

			const outcome = await door.as(actorOf(person), name as never, rights[name]?.args(visit));

			expect(outcome).toMatchObject({ status: 'refused', refusal: expected });
			expect(port.state().tables).toEqual(before.tables);
		},
	);

	it.each(cases.filter((each) => each.may))(
		'$name gets past the guards for $person',
		async ({ name, person }) => {
			await fresh();

			const outcome = await door.as(actorOf(person), name as never, rights[name]?.args(visit));

			expect(['not_found', 'not_allowed', 'not_understood']).not.toContain(outcome.refusal);
		},
	);

	it('gives nobody a bike, a service or a mechanic of somebody else', async () => {
		const kiransWish = await door.as(
			everybody.kiran,
			'booking.request',
			aWish({ vehicleId: ashasBike }),
		);
		const foreignService = await door.as(
			asha,
			'booking.request',
			aWish({ serviceTypeIds: [service.other] }),
		);
		const foreignShop = await door.as(asha, 'booking.request', aWish({ shopId: otherGarage }));
		const foreignWorker = await door.as(
			asha,
			'booking.request',
			aWish({ shopId: lakshmiMotors, preferredWorkerId: id('worker', 4) }),
		);

		const refusals = [kiransWish, foreignService, foreignShop, foreignWorker].map(
			(each) => each.refusal,
		);
		expect(refusals).toEqual(Array(4).fill('not_found'));
	});

	it('judges a report by the grants of the time it was done, a request by those of now', async () => {
		await fresh();
		const left: Actor = {
			userId: everybody.ravi.userId,
			grants: [
				{
					role: 'worker',
					shopId: lakshmiMotors,
					workerId: id('worker', 1),
					grantedAt: '2026-01-01T00:00:00.000Z',
					revokedAt: addMinutes(door.now, 5),
				},
			],
		};
		await sync(door.world, left, aRequest());
		const madeAt = addMinutes(door.now, 1);
		door.now = addMinutes(door.now, 10);

		const request = await door.as(left, 'job.accept', { jobId: visit.jobId });
		const report = await door.as(left, 'booking.receive', { bookingId: visit.bookingId });
		const unseen = await door.reported(left, 'booking.receive', visit, madeAt);
		const received = aMutation('booking.receive', { bookingId: visit.bookingId }, madeAt);
		const { acks } = await sync(door.world, left, aRequest({ mutations: [sent(1, received)] }));

		expect(request.refusal).toBe('not_allowed');
		expect(report.refusal).toBe('not_allowed');
		expect(unseen.refusal).toBe('not_allowed');
		expect(acks).toMatchObject([{ status: 'applied' }]);
	});
});
