/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call -- `ask` has checked every answer against its route's schema. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { castNumbers, idOf, shopId } from '#server/demo/cast.ts';
import { bikeOf } from '#server/demo/people.ts';
import { booking, bookingLine } from '#sync/booking/entity.ts';
import { addMinutes, addMs, hourMs, minuteMs, msOf } from '#sync/core/time.ts';
import { assignment, job, jobOffer } from '#sync/job/entity.ts';
import { entities } from '#sync/registry.ts';
import { workerTime } from '#sync/worker/entity.ts';
import { timer } from '#sync/timer/entity.ts';
import { aServer, townBegins, type TestServer } from '#tests/support/app.ts';

let server: TestServer;
beforeAll(async () => {
	server = await aServer();
});
afterAll(() => server.close());

const clock = (body: unknown) => server.ask('POST', '/api/demo/clock', { body });
const now = async () => (await server.ask('GET', '/api/demo/clock')).body.now as string;
const rows = <T>(entity: Parameters<typeof server.open.world.port.list>[0], equals = {}) =>
	server.open.world.port.list(entity, equals) as unknown as Promise<T[]>;
const statusOf = async (name: string) =>
	(await rows<{ status: string }>(booking, { id: idOf(`booking today ${name}`) }))[0]?.status;

describe('the seeded town', () => {
	it('begins when it is told to', async () => {
		const began = await now();
		expect(began >= townBegins && began < addMinutes(townBegins, 10)).toBe(true);
	});

	it('holds only rows that its own parsers take', async () => {
		for (const entity of entities)
			for (const row of await rows<object>(entity))
				expect(entity.parser.safeParse(row).error, entity.name).toBeUndefined();
	});

	it('has its people, its three shops and ninety days behind it', async () => {
		const [{ count }] = (await server.connection.query(
			'select count(*)::int as count from app_user',
		)) as [{ count: number }];
		expect(count).toBe(castNumbers.length);
		const { body } = await server.ask('GET', '/api/shops');
		expect(body.shops).toHaveLength(3);
		const bookings = await rows<{ status: string; startAt: string }>(booking);
		expect(bookings.filter((each) => each.status === 'closed').length).toBeGreaterThan(150);
		const oldest = bookings.map((each) => each.startAt).toSorted()[0]!;
		expect(msOf(townBegins) - msOf(oldest)).toBeGreaterThan(85 * 24 * hourMs);
	});

	it('has a booking of today in every state, and one unanswered offer, in shop 2', async () => {
		const today = (
			await rows<{ status: string; startAt: string; customerId: string }>(booking)
		).filter((each) => each.startAt > addMs(townBegins, -10 * hourMs));
		expect(new Set(today.map((each) => each.status))).toEqual(
			new Set(['held', 'confirmed', 'received', 'closed', 'cancelled', 'no_show', 'expired']),
		);
		const ours = [101, 102, 103, 104, 105, 106, 110, 111].map((each) => idOf(`customer ${each}`));
		expect(today.every((each) => ours.includes(each.customerId))).toBe(true);
		const offers = await rows<{ shopId: string }>(jobOffer, { status: 'sent' });
		expect(offers.map((each) => each.shopId)).toEqual([shopId(2)]);
	});

	it('leaves shop 1 free and its quiet customers without a live booking', async () => {
		const live = await rows<{ shopId: string; customerId: string }>(booking, {
			status: ['held', 'confirmed', 'received'],
		});
		const quiet = Array.from({ length: 20 }, (_, index) => idOf(`customer ${121 + index}`));
		expect(live.filter((each) => quiet.includes(each.customerId))).toEqual([]);
		const elsewhere = (await rows<{ shopId: string }>(booking, { customerId: quiet })).filter(
			(each) => each.shopId !== shopId(1),
		);
		expect(elsewhere).toEqual([]);
		const open = await rows<{ jobId: string }>(workerTime, { endedAt: null });
		const jobs = await rows<{ shopId: string }>(job, { id: open.map((each) => each.jobId) });
		expect(jobs.every((each) => each.shopId === shopId(2))).toBe(true);
		const services = (await server.ask('GET', `/api/shops/${shopId(1)}`)).body.services;
		for (const each of services as { minutes: number }[]) {
			expect(each.minutes).toBeGreaterThanOrEqual(20);
			expect(each.minutes).toBeLessThanOrEqual(60);
		}
	});

	it('contradicts itself nowhere', async () => {
		const bookings = new Map(
			(
				await rows<{
					id: string;
					shopId: string;
					status: string;
					startAt: string;
					endAt: string;
					receivedAt: string | null;
				}>(booking)
			).map((each) => [each.id, each]),
		);
		const lines = Map.groupBy(
			await rows<{ bookingId: string; minutes: number }>(bookingLine),
			(each) => each.bookingId,
		);
		const jobs = await rows<{
			id: string;
			bookingId: string;
			shopId: string;
			status: string;
			voidAt: string | null;
			workerId: string | null;
			startedAt: string | null;
			completedAt: string | null;
		}>(job);
		expect(jobs).toHaveLength(bookings.size);
		const times = new Map(
			(await rows<{ jobId: string; state: string; workerId: string }>(assignment)).map((each) => [
				each.jobId,
				each,
			]),
		);
		for (const each of jobs) {
			const of = bookings.get(each.bookingId)!;
			const minutes = lines.get(of.id)!.reduce((sum, line) => sum + line.minutes, 0);
			expect(msOf(of.endAt) - msOf(of.startAt)).toBe(minutes * minuteMs);
			expect(each.shopId).toBe(of.shopId);
			expect(each.voidAt !== null).toBe(['cancelled', 'no_show', 'expired'].includes(of.status));
			expect(each.startedAt === null || of.receivedAt! <= each.startedAt).toBe(true);
			expect(each.completedAt === null || each.startedAt! < each.completedAt).toBe(true);
			expect(each.completedAt === null || each.completedAt <= addMinutes(townBegins, 1)).toBe(true);
			const state = times.get(each.id)!.state;
			if (each.status === 'completed') expect(state).toBe('done');
			if (each.status === 'in_progress') expect(state).toBe('working');
			if (each.voidAt !== null) expect(state).toBe('released');
			if (each.workerId !== null) expect(times.get(each.id)!.workerId).toBe(each.workerId);
		}
	});

	it('is the same town when it is seeded again', async () => {
		const ids = async () => (await rows<{ id: string }>(booking)).map((each) => each.id);
		const before = await ids();
		const token = await server.tokenOf(105);
		const { install } = await server.open.world.port.installation();
		expect((await server.ask('POST', '/api/demo/reset', { body: {} })).status).toBe(200);
		expect(await ids()).toEqual(before);
		expect((await server.open.world.port.installation()).install).not.toBe(install);
		expect((await server.ask('GET', '/api/me', { as: token })).status).toBe(200);
		expect((await now()) < addMinutes(townBegins, 10)).toBe(true);
	});
});

describe("the town's clock", () => {
	it('goes forward only', async () => {
		const back = await clock({ to: addMinutes(await now(), -1) });
		expect(back).toMatchObject({ status: 400, body: { code: 'malformed' } });
		for (const body of [{}, { advanceSeconds: -1 }, { advanceSeconds: 1.5 }, { to: 'tomorrow' }])
			expect((await clock(body)).status).toBe(400);
		expect((await clock({ advanceSeconds: 1, to: await now() })).status).toBe(400);
		expect((await clock({ advanceSeconds: 10 ** 12 })).status).toBe(400);
		expect((await clock({ to: '9999-01-01T00:00:00.000Z' })).status).toBe(400);
	});

	it('lets happen what falls due, each at its time, before it answers', async () => {
		const start = addMinutes(await now(), 24 * 60);
		const slots = `/api/shops/${shopId(1)}/slots?date=${start.slice(0, 10)}`;
		const service = idOf('service 1 Oil change');
		const { body } = await server.ask('GET', `${slots}&services=${service}`);
		const held = await server.ask('POST', '/api/bookings/create', {
			as: 121,
			body: {
				shopId: shopId(1),
				vehicleId: bikeOf(121),
				serviceIds: [service],
				start: body.slots.at(-1).start,
			},
		});
		expect(held.status).toBe(201);
		expect(await statusOf('held')).toBe('held');

		const before = await now();
		const moved = await clock({ advanceSeconds: 3_600 });
		expect(moved.status).toBe(200);
		expect(msOf(moved.body.now) - msOf(before)).toBeGreaterThanOrEqual(hourMs);
		expect(await statusOf('held')).toBe('expired');
		const seen = await server.ask('GET', `/api/bookings/${held.body.booking.id}`, { as: 121 });
		expect(seen.body.booking.status).toBe('expired');
		const waiting = await rows<{ dueAt: string }>(timer, { ranAt: null });
		expect(waiting.filter((each) => each.dueAt <= moved.body.now)).toEqual([]);
		const ran = (await rows<{ dueAt: string; ranAt: string | null }>(timer)).filter(
			(each) => each.ranAt !== null,
		);
		expect(ran.length).toBeGreaterThanOrEqual(3);
		// At its own time, not at the end of the hour that was skipped.
		for (const each of ran) expect(msOf(each.ranAt!) - msOf(each.dueAt)).toBeLessThan(20_000);
	});

	it('goes on from where it was after a restart', async () => {
		await clock({ advanceSeconds: 86_400 });
		const before = await now();
		const again = await aServer({ connection: server.connection });
		const { body } = await again.ask('GET', '/api/demo/clock');
		expect(body.now >= before && body.now < addMinutes(before, 10)).toBe(true);
	});

	it('ends no session, and a month passes within a minute', async () => {
		const began = performance.now();
		const { status } = await clock({ advanceSeconds: 30 * 86_400 });
		console.log(`a month: ${Math.round(performance.now() - began)} ms`);
		expect(status).toBe(200);
		expect((await server.ask('GET', '/api/me', { as: 121 })).status).toBe(200);
	});
});
