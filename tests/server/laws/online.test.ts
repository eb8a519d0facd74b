import { describe, expect, it } from 'vitest';
import { booking, type Booking } from '#sync/booking/entity.ts';
import { systemActor } from '#sync/core/actor.ts';
import type { Breach } from '#sync/core/law.ts';
import { addMinutes } from '#sync/core/time.ts';
import { assignment, job, type Assignment, type Job } from '#sync/job/entity.ts';
import type { PortTransaction, Touch } from '#server/db/port.ts';
import { reactions, type Reactions } from '#server/domain/reactions.ts';
import { lawWatch, type LawWatch } from '#server/laws/watch.ts';
import { asha, meena, ravi } from '#tests/support/cast.ts';
import { workerIdOf } from '#tests/support/builders.ts';
import { aMember, aMutation, aWish, openDoor, type Door } from '#tests/support/door.ts';
import { aPort, updated, type TestPort } from '#tests/support/ports.ts';
import { aRequest, sent } from '#tests/support/requests.ts';
import { perform } from '#server/domain/perform.ts';
import { sync } from '#server/domain/sync.ts';

type Watched = {
	readonly test: TestPort;
	readonly door: Door;
	readonly laws: LawWatch;
	readonly told: readonly Breach[];
	readonly failures: readonly unknown[];
};

type Plant = {
	readonly reactions?: Partial<Reactions>;
	/** A bug between the door and the database. */
	readonly tx?: (tx: PortTransaction) => PortTransaction;
};

/** The cast's shop with somebody who looks at every commit, and perhaps a bug. */
async function aWatchedDoor({ reactions: planted = {}, tx }: Plant = {}): Promise<Watched> {
	const test = await aPort('memory');
	const opened = await openDoor(test);
	const told: Breach[] = [];
	const failures: unknown[] = [];
	const laws = lawWatch({
		told: (breach) => void told.push(breach),
		failed: (error) => void failures.push(error),
	});
	const port = laws.over(test.port);
	const buggy: typeof port = tx
		? { ...port, transaction: (work) => port.transaction((each) => work(tx(each))) }
		: port;
	const world = { ...opened.world, port: buggy, reactions: { ...reactions, ...planted } };
	const door: Door = Object.assign(opened, {
		world,
		as: async (...[actor, name, args, more = {}]: Parameters<Door['as']>) => {
			const member = aMember(actor, aMutation(name, args, opened.now), more);
			const [outcome] = await perform(world, [member]);
			return outcome;
		},
	});
	return { test, door, laws, told, failures };
}

/** Asha's visit, agreed; it is somebody's. */
async function agreed({ door, test }: Watched) {
	const held = await door.as(asha, 'booking.request', aWish());
	const bookingId = String(held.ids?.['bookingId']);
	const jobId = String(held.ids?.['jobId']);
	await door.as(asha, 'booking.confirm', { bookingId });
	const [work] = (await test.port.read(job, [jobId])) as unknown as Job[];
	const worker = [ravi, meena].find((each) => workerIdOf(each) === work?.workerId) ?? ravi;
	return { bookingId, jobId, worker };
}

async function aDay(watched: Watched) {
	const visit = await agreed(watched);
	const { bookingId, jobId, worker } = visit;
	const ends = [
		await watched.door.as(worker, 'booking.receive', { bookingId, odometerKm: 12_000 }),
		await watched.door.as(worker, 'job.start', { jobId }),
		await watched.door.as(worker, 'job.complete', { jobId }),
	];
	return { ...visit, ends: ends.map((each) => each.status) };
}

describe('an ordinary day', () => {
	it('breaks no law', async () => {
		const watched = await aWatchedDoor();
		const { ends } = await aDay(watched);

		expect(ends).toEqual(['applied', 'applied', 'applied']);
		expect(watched.told).toEqual([]);
		expect(watched.laws.violations.total()).toBe(0);
	});

	it('breaks none with a basement in it: a whole visit in one group, twice', async () => {
		const watched = await aWatchedDoor();
		const { bookingId, jobId, worker } = await agreed(watched);
		const { door } = watched;
		const mutations = [
			sent(1, aMutation('booking.receive', { bookingId }, door.now)),
			sent(2, aMutation('job.start', { jobId }, door.now)),
			sent(3, aMutation('job.complete', { jobId }, door.now)),
		];
		const first = await sync(door.world, worker, aRequest({ mutations }));
		const again = await sync(door.world, worker, aRequest({ mutations }));

		expect(first.acks.map((each) => each.status)).toEqual(['applied', 'applied', 'applied']);
		expect(again.acks.map((each) => each.status)).toEqual(['applied', 'applied', 'applied']);
		expect(watched.told).toEqual([]);
		expect(watched.failures).toEqual([]);
	});

	it('breaks none with a hold that lapsed and was confirmed anew', async () => {
		const watched = await aWatchedDoor();
		const { door } = watched;
		const held = await door.as(asha, 'booking.request', aWish());
		const bookingId = String(held.ids?.['bookingId']);
		door.now = addMinutes(door.now, 11);
		await door.as(systemActor, 'booking.expire', { bookingId });
		const late = await door.as(asha, 'booking.confirm', { bookingId });

		expect(late.status).toBe('applied');
		expect(watched.told).toEqual([]);
	});
});

const withoutOneScope = (touches: readonly Touch[]): Touch[] =>
	touches.filter((each) => each.scope !== touches[0]?.scope);

const bugs: readonly (readonly [bug: string, law: string, plant: Plant])[] = [
	[
		'a reaction that finishes work which nobody began',
		'job_moves_by_its_edges',
		{
			reactions: {
				'booking.received': async ({ store }, { bookingId }) => {
					const [work] = await store.list(job, { bookingId });
					if (work) store.update(job, { ...work, status: 'completed' });
				},
			},
		},
	],
	[
		'a reaction that gives the job to somebody else and forgets his time',
		'job_knows_whose_it_is',
		{
			reactions: {
				'booking.received': async ({ store }, { bookingId }) => {
					const [work] = await store.list(job, { bookingId });
					if (work) store.update(job, { ...work, epoch: work.epoch + 1 });
				},
			},
		},
	],
	[
		'a reaction that sends a received bike back to confirmed',
		'booking_moves_by_its_edges',
		{
			reactions: {
				'job.started': async ({ store }, { bookingId }) => {
					const visit = await store.get(booking, bookingId);
					store.update(booking, { ...visit, status: 'confirmed' });
				},
			},
		},
	],
	[
		'a reaction that ends the time of a job as it begins',
		'assignment_moves_by_its_edges',
		{
			reactions: {
				'job.started': async ({ store, at }, { jobId }) => {
					const [time] = await store.list(assignment, { jobId });
					if (time) store.update(assignment, { ...time, state: 'done', endedAt: at });
				},
			},
		},
	],
	[
		'a stamp that says of a scope that it moved, and leaves it where it was',
		'stamp_moves_what_it_touched',
		{
			tx: (tx) => ({
				...tx,
				stamp: (touches, outcomes, now) => tx.stamp(withoutOneScope(touches), outcomes, now),
			}),
		},
	],
	[
		'a door that answers what it had answered before',
		'answered_once',
		{
			tx: (tx) => ({
				...tx,
				claim: async (claims) => {
					await tx.claim(claims);
					return new Set(claims.map((each) => each.id));
				},
			}),
		},
	],
];

describe('a planted bug', () => {
	it.each(bugs)('is counted and named: %s', async (_bug, law, plant) => {
		const watched = await aWatchedDoor(plant);
		const { bookingId, worker } = await aDay(watched);
		const repeat = aMember(worker, aMutation('booking.receive', { bookingId }, watched.door.now));
		for (let times = 0; times < 2; times += 1) await perform(watched.door.world, [repeat]);

		expect(Object.keys(watched.laws.violations.byLaw())).toContain(law);
		expect(watched.laws.violations.total()).toBe(watched.told.length);
		expect(watched.failures).toEqual([]);
	});

	it('is told once, with ids and states, and keeps nobody from his work', async () => {
		const watched = await aWatchedDoor();
		const { bookingId, jobId, worker } = await agreed(watched);
		const [time] = (await watched.test.port.list(assignment, { jobId })) as unknown as Assignment[];
		const [work] = (await watched.test.port.read(job, [jobId])) as unknown as Job[];
		// Behind the door's back somebody else's name is put on it.
		const other = [ravi, meena].find((each) => each !== worker) as typeof ravi;
		await watched.test.write(updated(assignment, { ...time, workerId: workerIdOf(other) }));

		const done = await watched.door.as(worker, 'booking.receive', { bookingId });
		const start = await watched.door.as(worker, 'job.start', { jobId });

		expect([done.status, start.status]).toEqual(['applied', 'applied']);
		expect(watched.laws.violations.byLaw()).toEqual({ job_knows_whose_it_is: 1 });
		expect(watched.told).toEqual([
			{
				law: 'job_knows_whose_it_is',
				ids: [work?.id, time?.id],
				states: [expect.any(String), expect.any(String)],
			},
		]);
	});

	it('in a law itself is counted and told, and keeps nobody from his work', async () => {
		const watched = await aWatchedDoor();
		const { bookingId } = await agreed(watched);
		const [visit] = (await watched.test.port.read(booking, [bookingId])) as unknown as Booking[];

		// No law knows what follows from a status that there is not.
		const unheardOf = updated(booking, { ...visit, status: 'unheard_of' });
		await watched.door.world.port.transaction((tx) => tx.flush([unheardOf]));

		expect(watched.laws.violations.byLaw()).toEqual({ law_could_not_be_asked: 1 });
		expect(watched.failures).toEqual([expect.any(TypeError)]);
	});

	it('that was rolled back has broken nothing', async () => {
		const watched = await aWatchedDoor();
		const { jobId } = await agreed(watched);
		const [work] = await watched.test.port.read(job, [jobId]);
		const { port } = watched.door.world;
		const failing = port.transaction(async (tx) => {
			await tx.read(job, [jobId]);
			await tx.flush([updated(job, { ...work, status: 'billed' })]);
			throw new Error('an outage');
		});
		await expect(failing).rejects.toThrow('an outage');

		expect(watched.laws.violations.total()).toBe(0);
	});
});
