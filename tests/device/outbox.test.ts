import { describe, expect, it, vi } from 'vitest';
import { mutationsMax, mutationText, pushBytesMax } from '#sync/protocol/sync.ts';
import { SendFailure } from '#lib/device/sync/ports.ts';
import { ashasBike, id } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { quiet } from '#tests/support/device/fakes.ts';
import { aBike, aDisk, aPhone, bikeKey, bikeShown } from '#tests/support/device/phone.ts';

const entry = (n: number) => ({
	id: id('grant', n),
	name: 'bike.rename',
	text: `{"n":${n}}`,
	enqueuedAt: '2026-11-23T04:30:00.000Z',
});

describe('performing on a phone', () => {
	it('shows it at once, and sends it in the order it was done', async () => {
		const authority = new Authority();
		authority.put(bikeKey, aBike());
		const { device } = await aPhone(authority);
		await device.sync();
		authority.failure = new SendFailure('offline');

		for (const add of ['1', '2', '3'])
			await device.perform('bike.rename', { vehicleId: ashasBike, add });
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa123' });

		authority.failure = null;
		await device.sync();
		expect(authority.performed.map(({ seq }) => seq)).toEqual([1, 2, 3]);
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa123' });
		expect(device.pending()).toEqual([]);
	});

	it('is loud when it cannot be kept, and shows nothing', async () => {
		const authority = new Authority();
		authority.put(bikeKey, aBike());
		const disk = aDisk();
		const { device } = await aPhone(authority, { store: disk.open() });
		await device.sync();

		disk.failWrites(new Error('QuotaExceededError'));
		const failing = device.perform('bike.rename', { vehicleId: ashasBike, add: '!' });
		await expect(failing).rejects.toThrow('QuotaExceededError');
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa' });

		disk.failWrites(null);
		await device.perform('bike.rename', { vehicleId: ashasBike, add: '?' });
		await device.sync();
		expect(authority.performed).toMatchObject([{ seq: 1 }]);
		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa?' });
	});

	it('refuses at once what nobody would understand, and keeps no room for it', async () => {
		const { device } = await aPhone(new Authority());

		await expect(device.perform('bike.rename', { vehicleId: 'x' })).rejects.toThrow(
			'not_understood',
		);
		expect(device.pending()).toEqual([]);
	});

	it('freezes the text: the same bytes go out until they are answered', async () => {
		const authority = new Authority();
		authority.failure = new SendFailure('offline');
		const { device, clock } = await aPhone(authority);
		await device.perform('bike.rename', { vehicleId: ashasBike, add: '1' });
		await device.sync();
		clock.at = '2026-11-24T04:30:00.000Z';
		await device.sync();

		const texts = authority.requests.flatMap(({ mutations }) => mutations.map(({ text }) => text));
		expect(texts.length).toBeGreaterThan(1);
		expect(new Set(texts).size).toBe(1);
		expect(mutationText.parse(JSON.parse(String(texts[0])))).toMatchObject({
			name: 'bike.rename',
			at: { wall: '2026-11-23T04:30:00.000Z', offsetMs: null, errorMs: null },
		});
	});

	it('tells the ids that it makes before anything has run', async () => {
		const authority = new Authority();
		const { device } = await aPhone(authority);

		const done = await device.perform('bike.register', {
			model: 'Splendor',
			customerId: id('customer', 11),
		});

		expect(await bikeShown(device, done.newIds[0])).toMatchObject({ model: 'Splendor' });
		await device.sync();
		expect(authority.doc({ collection: 'vehicles', id: String(done.newIds[0]) })).toMatchObject({
			model: 'Splendor',
		});
	});

	it('says what it was based on, and what it builds on', async () => {
		const authority = new Authority();
		authority.put(
			{ collection: 'jobs', id: id('hours', 1) },
			{ id: id('hours', 1), version: 3, assignments: [], offers: [], clocks: [] },
		);
		const { device } = await aPhone(authority);
		await device.sync();
		authority.failure = new SendFailure('offline');
		const register = { model: 'Splendor', customerId: id('customer', 11) };

		const made = await device.perform('bike.register', register);
		await device.perform('bike.rename', { vehicleId: made.newIds[0], add: '+' });
		await device.perform('shop.ask', { vehicleId: made.newIds[0] });
		await device.perform('clock.start', { jobId: id('hours', 1), workerId: id('worker', 1) });
		await device.sync();

		const sent = authority.requests
			.at(-1)
			?.mutations.map(({ text }) => mutationText.parse(JSON.parse(text)));
		expect(sent?.map(({ after }) => after)).toEqual([[], [made.mutationId], [made.mutationId], []]);
		expect(sent?.[3]?.base).toEqual({ [`jobs/${id('hours', 1)}`]: 3 });
	});

	it('builds on nothing that is answered already', async () => {
		const authority = new Authority();
		authority.put(bikeKey, aBike());
		const { device, store } = await aPhone(authority);
		await device.sync();
		await device.perform('bike.rename', { vehicleId: ashasBike, add: '1' });
		const { send } = authority;
		vi.spyOn(authority, 'send').mockImplementation(async (request) => {
			const answer = await send(request);
			return { ...answer, docs: {}, cursors: { 'customer:1': 0 } };
		});
		await device.sync();
		expect(device.pending()).toMatchObject([{ status: 'accepted' }]);

		authority.failure = new SendFailure('offline');
		await device.perform('bike.rename', { vehicleId: ashasBike, add: '2' });

		const { outbox } = await store.books();
		expect(outbox.map(({ text }) => mutationText.parse(JSON.parse(text)).after)).toEqual([[], []]);
	});

	it('cuts batches by number and by bytes, and always sends one', async () => {
		const authority = new Authority();
		authority.failure = new SendFailure('offline');
		const { device, store } = await aPhone(authority);
		for (let n = 0; n < mutationsMax + 5; n += 1)
			await device.perform('shop.ask', { vehicleId: ashasBike });
		await quiet();
		const big = JSON.stringify({
			...mutationText.parse(JSON.parse(String((await store.books()).outbox[0]?.text))),
			args: { vehicleId: ashasBike, padding: 'x'.repeat(pushBytesMax * 0.6) },
		});
		for (const n of [1, 2]) {
			const text = big.replace(/"id":"[^"]+"/, `"id":"${id('grant', n)}"`);
			await store.append({ ...entry(n), name: 'shop.ask', text });
		}
		authority.failure = null;
		const before = authority.requests.length;

		await device.sync();

		const batches = authority.requests.slice(before).map(({ mutations }) => mutations.length);
		expect(batches).toEqual([mutationsMax, 6, 1]);
		expect(authority.performed.map(({ seq }) => seq)).toEqual(
			Array.from({ length: mutationsMax + 7 }, (_, index) => index + 1),
		);
	});
});
