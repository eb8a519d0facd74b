/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- `ask` has checked every answer against its route's schema. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bikeOf } from '#server/demo/people.ts';
import { shopId } from '#server/demo/cast.ts';
import { addMinutes } from '#sync/core/time.ts';
import { aServer, type TestServer } from '#tests/support/app.ts';
import { anEmptyDatabase, databases } from '#tests/support/database.ts';

describe.each(databases)('on %s', (database) => {
	let server: TestServer;
	beforeAll(async () => {
		server = await aServer({ connection: await anEmptyDatabase(database) });
	});
	afterAll(() => server.close());

	const kiran = 122;
	const shop = shopId(1);

	async function services(): Promise<{ id: string; name: string; pricePaise: number }[]> {
		const { body } = await server.ask('GET', `/api/shops/${shop}`);
		return body.services;
	}

	async function aHold(customer: number, start: string, key?: string) {
		const [service] = await services();
		return server.ask('POST', '/api/bookings/create', {
			as: customer,
			...(key === undefined ? {} : { key }),
			body: { shopId: shop, vehicleId: bikeOf(customer), serviceIds: [service?.id], start },
		});
	}

	async function freeStart(at = 0): Promise<string> {
		const [service] = await services();
		const { body } = await server.ask(
			'GET',
			`/api/shops/${shop}/slots?date=2026-11-24&services=${service?.id}`,
		);
		return body.slots[at].start;
	}

	const workerNumbers = [21, 22, 23];
	async function numberOf(workerId: string): Promise<number> {
		for (const number of workerNumbers) {
			const { body } = await server.ask('GET', '/api/me', { as: number });
			if (body.roles.some((each: { workerId?: string }) => each.workerId === workerId))
				return number;
		}
		throw new Error('nobody of the cast');
	}

	describe('a visit, by REST alone', () => {
		it('goes from a free time to finished work', async () => {
			const start = await freeStart();
			const held = await aHold(kiran, start);
			expect(held.status).toBe(201);
			expect(held.body.booking).toMatchObject({ status: 'held', start, code: expect.any(String) });
			expect(held.body.booking.totalPaise).toBe(88_382); // 74,900 and 18 % of it

			const id = held.body.booking.id as string;
			const confirmed = await server.ask('PUT', `/api/bookings/${id}/confirm`, {
				as: kiran,
				body: {},
			});
			expect(confirmed.status).toBe(200);
			expect(confirmed.body.booking.status).toBe('confirmed');
			const { workerId, id: jobId } = confirmed.body.job;
			const worker = await numberOf(workerId);

			const assigned = await server.ask('POST', `/api/bookings/${id}/auto-assign`, { as: kiran });
			expect(assigned.body.assignment).toMatchObject({ workerId, epoch: 1 });
			const work = await server.ask('GET', '/api/worker/jobs', { as: worker });
			expect(work.body.jobs).toContainEqual({
				id: jobId,
				bookingId: id,
				status: 'pending',
				start,
				epoch: 1,
			});

			const accepted = await server.ask('POST', `/api/worker/jobs/${jobId}/accept`, { as: worker });
			expect(accepted.status).toBe(200);
			const early = await server.ask('POST', '/api/services/start', {
				as: worker,
				body: { bookingId: id },
			});
			expect(early).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
			const received = await server.ask('POST', `/api/bookings/${id}/received`, {
				as: worker,
				body: { odometerKm: 18_450 },
			});
			expect(received.body.booking.status).toBe('received');
			const started = await server.ask('POST', '/api/services/start', {
				as: worker,
				body: { bookingId: id },
			});
			expect(started.body.service).toMatchObject({ id: jobId, status: 'in_progress' });
			const done = await server.ask('PUT', `/api/services/${jobId}/status`, {
				as: worker,
				body: { status: 'completed' },
			});
			expect(done.body.service.status).toBe('completed');
			const again = await server.ask('PUT', `/api/worker/jobs/${jobId}/status`, {
				as: worker,
				body: { status: 'in_progress' },
			});
			expect(again).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
			expect(again.body).toMatchObject({ current: 'completed', wanted: 'in_progress' });

			const seen = await server.ask('GET', `/api/bookings/${id}`, { as: kiran });
			expect(seen.body).toMatchObject({
				booking: { status: 'received' },
				job: { status: 'completed' },
				worker: { id: workerId },
			});
			expect(seen.body.timeline.map((each: { event: string }) => each.event)).toEqual([
				'booked',
				'confirmed',
				'received',
				'started',
				'completed',
			]);
			const bikes = await server.ask('GET', '/api/vehicles', { as: kiran });
			expect(bikes.body.vehicles[0]).toMatchObject({ odometerKm: 18_450 });
		});

		it('answers a repeat with the first answer, whatever has happened since', async () => {
			const key = randomUUID();
			const start = await freeStart(4);
			const first = await aHold(123, start, key);
			const confirm = `/api/bookings/${first.body.booking.id}/confirm`;
			expect((await server.ask('PUT', confirm, { as: 123, body: {} })).status).toBe(200);

			const again = await aHold(123, start, key);
			expect(again).toMatchObject({ status: 201, body: first.body });
			expect(again.body.booking.status).toBe('held');
			const { body } = await server.ask('GET', '/api/bookings', { as: 123 });
			const same = body.bookings.filter((each: { start: string }) => each.start === start);
			expect(same).toHaveLength(1);
		});

		it('answers a repeat of a refusal with the same refusal', async () => {
			const key = randomUUID();
			const past = addMinutes(server.open.world.now(), -600);
			const first = await aHold(124, past, key);
			expect(first).toMatchObject({ status: 409, body: { code: 'slot_past' } });
			expect(await aHold(124, past, key)).toMatchObject({ status: 409, body: first.body });
		});

		it('refuses a key that was used for something else, or by somebody else', async () => {
			const key = randomUUID();
			expect((await aHold(125, await freeStart(6), key)).status).toBe(201);
			const other = await aHold(125, await freeStart(8), key);
			expect(other).toMatchObject({ status: 409, body: { code: 'key_reused' } });
			const stolen = await aHold(126, await freeStart(6), key);
			expect(stolen).toMatchObject({ status: 409, body: { code: 'key_reused' } });
		});

		it('offers three other times when the last worker of a time was taken', async () => {
			const start = await freeStart(12);
			for (const customer of [127, 128, 129])
				expect((await aHold(customer, start)).status).toBe(201);
			const late = await aHold(130, start);
			expect(late).toMatchObject({ status: 409, body: { code: 'slot_taken' } });
			expect(late.body.alternatives).toHaveLength(3);
			const instead = await aHold(130, late.body.alternatives[0].start);
			expect(instead.status).toBe(201);
		});

		it('stores the number of a bike as issued and knows it again in its other form', async () => {
			const bike = { registrationNumber: 'or 02 ab 1234', make: 'TVS', model: 'Raider' };
			const added = await server.ask('POST', '/api/vehicles', {
				as: 131,
				body: { ...bike, class: 'commuter' },
			});
			expect(added).toMatchObject({
				status: 201,
				body: { vehicle: { registrationNumber: 'OR02AB1234', verification: 'none' } },
			});
			const twice = await server.ask('POST', '/api/vehicles', {
				as: 132,
				body: { ...bike, registrationNumber: 'OD02AB1234', class: 'commuter' },
			});
			expect(twice).toMatchObject({ status: 409, body: { code: 'plate_taken' } });
		});

		it('tells a worker who was never asked that the job is not his', async () => {
			const held = await aHold(133, await freeStart(20));
			const id = held.body.booking.id as string;
			const { body } = await server.ask('PUT', `/api/bookings/${id}/confirm`, {
				as: 133,
				body: {},
			});
			const worker = await numberOf(body.job.workerId);
			await server.ask('POST', `/api/bookings/${id}/received`, { as: worker, body: {} });
			const other = workerNumbers.find((each) => each !== worker);
			const started = await server.ask('POST', '/api/services/start', {
				as: other!,
				body: { jobId: body.job.id },
			});
			expect(started).toMatchObject({ status: 409, body: { code: 'not_assigned' } });
			const elsewhere = await server.ask('POST', `/api/worker/jobs/${body.job.id}/accept`, {
				as: 24,
			});
			expect(elsewhere).toMatchObject({ status: 404, body: { code: 'not_found' } });
		});

		it('lets a worker decline, and shows the job to his colleagues', async () => {
			const held = await aHold(134, await freeStart(24));
			const id = held.body.booking.id as string;
			const { body } = await server.ask('PUT', `/api/bookings/${id}/confirm`, {
				as: 134,
				body: {},
			});
			const worker = await numberOf(body.job.workerId);
			const path = `/api/worker/jobs/${body.job.id}`;
			const declined = await server.ask('POST', `${path}/decline`, {
				as: worker,
				body: { reason: 'My daughter is ill' },
			});
			expect(declined.body.job.workerId).toBeNull();
			const other = workerNumbers.find((each) => each !== worker)!;
			const seen = await server.ask('GET', '/api/worker/jobs', { as: other });
			expect(seen.body.queue).toContainEqual({
				id: body.job.id,
				bookingId: id,
				start: held.body.booking.start,
			});
			const taken = await server.ask('POST', `${path}/accept`, { as: other });
			expect(taken).toMatchObject({ status: 200, body: { job: { epoch: 2 } } });
		});

		it('says that a status nobody can choose is not to be had', async () => {
			const { body } = await server.ask('GET', '/api/worker/jobs', { as: 24 });
			const [job] = body.jobs;
			const path = `/api/worker/jobs/${job.id}/status`;
			const billed = await server.ask('PUT', path, { as: 24, body: { status: 'billed' } });
			expect(billed).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
			const unknown = await server.ask('PUT', path, { as: 24, body: { status: 'repaired' } });
			expect(unknown).toMatchObject({ status: 400, body: { code: 'malformed' } });
		});
	});
});
