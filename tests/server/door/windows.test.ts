import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { booking, type Booking } from '#sync/booking/entity.ts';
import { systemActor, type Actor } from '#sync/core/actor.ts';
import { keyText } from '#sync/core/document.ts';
import { scopeOf, type Scope } from '#sync/core/scope.ts';
import { addDays, addMs, dayMs, instantAt, localDay, type Day } from '#sync/core/time.ts';
import { job, type Job } from '#sync/job/entity.ts';
import { shopWindow } from '#sync/shop/age-window.ts';
import { timer, type Timer } from '#sync/timer/entity.ts';
import type { Port, PortTransaction } from '#server/db/port.ts';
import { sweepScopes } from '#server/domain/sweep.ts';
import {
	asha,
	ashasBike,
	divya,
	divyasBike,
	id,
	kiran,
	kiransBike,
	lakshmi,
	lakshmiMotors,
	monday,
	otherGarage,
	service,
} from '#tests/support/cast.ts';
import { nextId, openDoor, type Door } from '#tests/support/door.ts';
import { aPort, ports, type TestPort } from '#tests/support/ports.ts';
import { allScopes, change, Follower, liveIn, stampedAnew } from '#tests/support/scopes.ts';
import { timersIn } from '#tests/simulation/clock.ts';
import { seeded } from '#tests/simulation/random.ts';

const zone = 'Asia/Kolkata';
const today = localDay(zone, monday);
const floor = scopeOf.floor(lakshmiMotors);
const office = scopeOf.office(lakshmiMotors);
const bikeOf = new Map([
	[asha, ashasBike],
	[kiran, kiransBike],
	[divya, divyasBike],
]);

describe.each(ports)('the days of a shop on %s', (kind) => {
	let test: TestPort;
	let door: Door;
	beforeAll(async () => {
		test = await aPort(kind);
	});
	beforeEach(async () => {
		await test.empty();
		door = await openDoor(test);
		Object.assign(door, { world: { ...door.world, port: watched(test.port) } });
		await sweepScopes(door.world, nextId);
	});
	afterAll(() => test.close());

	const rows = <T>(entity: Parameters<Port['list']>[0], equals = {}) =>
		test.port.list(entity, equals) as unknown as Promise<T[]>;
	const dayOf = async (shopId: string) =>
		(await rows<{ day: Day }>(shopWindow, { id: shopId }))[0]?.day;
	const live = async (scope: Scope) => (await liveIn(test.port, [scope]))[scope] ?? [];
	/** Until a quarter past midnight, so many days on; what falls due meanwhile is done in between. */
	async function nights(count: number): Promise<void> {
		for (let n = 0; n < count; n += 1) {
			door.now = instantAt(zone, addDays(localDay(zone, door.now), 1), '00:15');
			await timersIn(door.world).run();
		}
	}
	/** A visit agreed for a day to come, given to whoever is free. */
	async function agreed(who: Actor, days: number, at = '10:00') {
		const args = {
			shopId: lakshmiMotors,
			vehicleId: String(bikeOf.get(who)),
			serviceTypeIds: [service.wash],
			startAt: instantAt(zone, addDays(localDay(zone, door.now), days), at),
		};
		const { ids, refusal } = await door.as(who, 'booking.request', args);
		if (refusal) return null;
		const bookingId = String(ids?.['bookingId']);
		const jobId = String(ids?.['jobId']);
		await door.as(who, 'booking.confirm', { bookingId });
		const [work] = await rows<Job>(job, { id: jobId });
		return { bookingId, jobId, workerId: String(work?.workerId) };
	}
	const work = async ({ bookingId, jobId }: { bookingId: string; jobId: string }) => {
		await door.as(lakshmi, 'booking.receive', { bookingId });
		await door.as(lakshmi, 'job.start', { jobId });
	};
	const close = (bookingId: string) =>
		change(test.port, booking, bookingId, { status: 'closed', closedAt: door.now });
	async function must<T>(given: Promise<T | null>): Promise<T> {
		const value = await given;
		if (value === null) throw new Error('it was refused');
		return value;
	}

	it('are in each scope, every day of five weeks, just what the rows say, and phones hold that', async () => {
		const random = seeded(20_261_123);
		const scopes = await allScopes(test.port);
		const workers = [1, 2, 3].map((n) => scopeOf.worker(id('worker', n)));
		const phones = [
			...workers.map((each) => new Follower([each, floor])),
			new Follower([floor, office]),
			new Follower([scopeOf.customer(id('customer', 11)), scopeOf.catalog(lakshmiMotors)]),
			new Follower([floor]),
		];
		const told = new Map<string, number>();
		for (let day = 0; day < 35; day += 1) {
			for (const who of bikeOf.keys())
				if (random.chance(0.4)) await agreed(who, 1 + random.below(20), `1${random.below(8)}:00`);
			const due = (await rows<Booking>(booking)).filter((each) => each.startAt <= door.now);
			for (const each of due) await goOn(each);
			await nights(1);

			const now = await liveIn(test.port, scopes);
			expect(now, `day ${day}`).toEqual(await liveIn(await stampedAnew(test.port), scopes));
			for (const phone of phones) {
				for (const { gone } of await phone.pull(test.port, random.pick([1, 7, 1_000])))
					told.set(String(gone), (told.get(String(gone)) ?? 0) + 1);
				const due = new Set(phone.scopes.flatMap((scope) => now[scope] ?? []));
				expect([...phone.held].sort(), `day ${day}`).toEqual([...due].sort());
			}
		}

		async function goOn({ id: bookingId, status }: Booking): Promise<void> {
			const [work_] = await rows<Job>(job, { bookingId });
			if (!work_ || random.chance(0.4)) return;
			if (status === 'confirmed') await work({ bookingId, jobId: work_.id });
			else if (status === 'received' && work_.status === 'in_progress')
				await door.as(lakshmi, 'job.complete', { jobId: work_.id });
			else if (status === 'received') await close(bookingId);
		}
		expect(told.get('aged')).toBeGreaterThan(20);
		expect(told.get('moved')).toBeGreaterThan(3);
		const closed = (await rows<Booking>(booking)).filter((each) => each.status === 'closed');
		expect(closed.length).toBeGreaterThan(10);
	}, 180_000);

	it('begin with a visit that comes near and end with one that is long ago, each of them whole', async () => {
		const { bookingId, jobId, workerId } = await must(agreed(asha, 9));
		const visit = [`bookings/${bookingId}`, `jobs/${jobId}`, `vehicles/${ashasBike}`];
		const whole = expect.arrayContaining(visit) as unknown;
		const of = scopeOf.worker(workerId);
		const people = `people/${id('customer', 11)}`;
		expect(await live(floor)).toEqual([`shops/${lakshmiMotors}`]);
		expect(await live(of)).toEqual(whole);

		await nights(2);
		expect(await live(floor)).toEqual([...visit, `shops/${lakshmiMotors}`].sort());
		await nights(8);
		expect(await live(floor)).toEqual(whole);
		await nights(1);
		expect(await live(floor)).toEqual([`shops/${lakshmiMotors}`]);
		expect(await live(of)).toEqual(whole);

		await nights(28);
		expect(await live(of)).toEqual(whole);
		await nights(1);
		const shown = await live(of);
		for (const each of [...visit, people]) expect(shown).not.toContain(each);
		expect(await live(office)).not.toContain(people);
		expect(await live(scopeOf.customer(id('customer', 11)))).toEqual(whole);
	});

	it('lose no bike that stands there for days, until it is handed over', async () => {
		const visit = await must(agreed(asha, 0, '11:00'));
		await work(visit);
		await nights(3);
		const of = scopeOf.worker(visit.workerId);
		for (const scope of [floor, of, office])
			expect(await live(scope)).toContain(`bookings/${visit.bookingId}`);

		await door.as(lakshmi, 'job.complete', { jobId: visit.jobId });
		expect(await live(floor)).toContain(`bookings/${visit.bookingId}`);
		const touches = await close(visit.bookingId);

		expect(touches).toContain(`${floor} bookings/${visit.bookingId} aged`);
		expect(touches).toContain(`${of} bookings/${visit.bookingId} live`);
		expect(await live(floor)).toEqual([`shops/${lakshmiMotors}`]);
	});

	it('tell a worker no more of the customer than that the work is done', async () => {
		const visit = await must(agreed(asha, 0, '11:00'));
		await work(visit);
		const of = scopeOf.worker(visit.workerId);
		const people = `people/${id('customer', 11)}`;
		expect(await live(of)).toContain(people);

		const phone = new Follower([of, floor]);
		await phone.pull(test.port, 1_000);
		await door.as(lakshmi, 'job.complete', { jobId: visit.jobId });
		const gone = await phone.pull(test.port, 1_000);

		expect(gone.map((each) => [keyText(each), each.gone])).toEqual([[people, 'moved']]);
		expect(await live(office)).toContain(people);
		expect(await live(of)).toContain(`jobs/${visit.jobId}`);
	});

	it('leave him the customer of whom he has another bike, and the bike that comes again', async () => {
		const first = await must(agreed(asha, 0, '11:00'));
		await work(first);
		const again = await must(agreed(asha, 3));
		const of = scopeOf.worker(again.workerId);
		const people = `people/${id('customer', 11)}`;

		await door.as(lakshmi, 'job.complete', { jobId: first.jobId });
		await close(first.bookingId);
		expect(await live(of)).toContain(people);
		await nights(2);

		expect(await live(floor)).not.toContain(`bookings/${first.bookingId}`);
		expect(await live(floor)).toContain(`vehicles/${ashasBike}`);
		expect(await live(floor)).toContain(`bookings/${again.bookingId}`);
	});

	it('are made up for in one go when many nights were missed', async () => {
		await must(agreed(asha, 2));
		await must(agreed(kiran, 19));
		door.now = addMs(door.now, 15 * dayMs);

		await timersIn(door.world).run();

		expect(await dayOf(lakshmiMotors)).toBe(addDays(today, 15));
		expect(await live(floor)).toEqual((await liveIn(await stampedAnew(test.port), [floor]))[floor]);
		expect(await live(floor)).toContain(`vehicles/${kiransBike}`);
		expect(await live(floor)).not.toContain(`vehicles/${ashasBike}`);
		// Two moves of a shop: to the night that was missed first, and to today.
		const ran = await rows<Timer>(timer, { name: 'shop.age' });
		expect(ran.filter((each) => each.ranAt !== null)).toHaveLength(4);
	});

	it('begin while people work, and nobody’s work is left in between', async () => {
		const visits = [];
		for (const [n, who] of [asha, kiran, divya].entries())
			visits.push(await must(agreed(who, 0, `${11 + n}:00`)), await must(agreed(who, 2 + n)));
		const age = (days: number) =>
			door.as(systemActor, 'shop.age', { shopId: lakshmiMotors, day: addDays(today, days) });

		await Promise.all([
			...visits.flatMap((visit, n) => [work(visit), ...(n % 2 ? [age(n + 1)] : [])]),
			age(12),
		]);

		const scopes = await allScopes(test.port);
		expect(await dayOf(lakshmiMotors)).toBe(addDays(today, 12));
		expect(await liveIn(test.port, scopes)).toEqual(
			await liveIn(await stampedAnew(test.port), scopes),
		);
	});

	it('go on by a timer each, and by the sweep where none is left', async () => {
		const waiting = await rows<Timer>(timer, { ranAt: null });
		expect(waiting.map((each) => each.key).sort()).toEqual(
			[lakshmiMotors, otherGarage].map((each) => `age:${each}:${addDays(today, 1)}`).sort(),
		);
		expect(waiting[0]?.dueAt).toBe(instantAt(zone, addDays(today, 1), '00:10'));

		await nights(1);
		expect(await rows<Timer>(timer, { ranAt: null })).toHaveLength(2);
		const lost = await rows<Timer>(timer, { ranAt: null });
		await test.port.transaction((tx) =>
			tx.flush([
				{ entity: timer, kind: 'update', rows: lost.map((each) => ({ ...each, ranAt: monday })) },
			]),
		);
		await nights(3);
		expect(await dayOf(otherGarage)).toBe(addDays(today, 1));

		await sweepScopes(door.world, nextId);
		expect(await dayOf(otherGarage)).toBe(addDays(today, 4));
		await sweepScopes(door.world, nextId);
		await nights(1);
		expect(await dayOf(otherGarage)).toBe(addDays(today, 5));
		expect(await rows<Timer>(timer, { ranAt: null })).toHaveLength(2);
	});
});

/** Refuses to let a mutation stamp anything twice in a scope. */
const watched = (port: Port): Port => ({
	...port,
	transaction: (work) => port.transaction((tx) => work(watchedIn(tx))),
});

const watchedIn = (tx: PortTransaction): PortTransaction => ({
	...tx,
	stamp: (touches, outcomes, now) => {
		const places = touches.map((each) => `${each.scope} ${keyText(each)}`);
		if (new Set(places).size < places.length) throw new Error(`twice: ${places.sort().join()}`);
		return tx.stamp(touches, outcomes, now);
	},
});
