import { describe, expect, it, vi } from 'vitest';
import type { Doc } from '#sync/core/document.ts';
import { addMs } from '#sync/core/time.ts';
import { ashasBike, id, kiransBike, monday } from '#tests/support/cast.ts';
import { rename } from '#tests/support/device/mutators.ts';
import { aPhoneOffline } from '#tests/support/device/offline.ts';
import { aBike, bikeKey, bikeShown } from '#tests/support/device/phone.ts';

const jobKey = { collection: 'jobs', id: id('hours', 1) } as const;
const aJobDoc = (clocks: readonly Doc[] = []): Doc => ({
	...{ id: jobKey.id, version: 1, status: 'in_progress', shopId: id('shop', 1) },
	...{ assignments: [], offers: [], clocks },
});

describe('pending work', () => {
	it('is shown over the confirmed documents, which stay as they are', async () => {
		const { device, store, rename } = await aPhoneOffline();

		await rename('+');

		expect(await bikeShown(device)).toMatchObject({ model: 'Activa+' });
		expect(await store.doc('vehicles', ashasBike)).toMatchObject({ model: 'Activa' });
		expect([...device.touched('vehicles').keys()]).toEqual([ashasBike]);
	});

	it('builds on earlier pending work', async () => {
		const { device, online, authority } = await aPhoneOffline();
		const customerId = id('customer', 11);

		const { newIds } = await device.perform('bike.register', { model: 'Pulsar', customerId });
		await device.perform('bike.rename', { vehicleId: newIds[0], add: ' 150' });

		expect(await bikeShown(device, newIds[0])).toMatchObject({ model: 'Pulsar 150' });
		await online();
		expect(authority.doc({ collection: 'vehicles', id: String(newIds[0]) })).toMatchObject({
			model: 'Pulsar 150',
		});
	});

	it('lets a new tap run only itself', async () => {
		const run = vi.spyOn(rename, 'run');
		const { rename: tap } = await aPhoneOffline();

		for (const add of ['1', '2', '3', '4']) await tap(add);

		expect(run).toHaveBeenCalledTimes(4);
	});

	it('is folded again over what somebody else changed below it', async () => {
		const { device, rename, hear, authority } = await aPhoneOffline();
		await rename('+');

		authority.put(bikeKey, aBike({ model: 'Dio' }));
		await hear();

		expect(await bikeShown(device)).toMatchObject({ model: 'Dio+' });
	});

	it('is not folded again for a document that it neither reads nor writes', async () => {
		const run = vi.spyOn(rename, 'run');
		const { authority, rename: tap, hear, device } = await aPhoneOffline();
		await tap('+');
		run.mockClear();

		const other = aBike({ id: kiransBike, model: 'Dio' });
		authority.put({ collection: 'vehicles', id: kiransBike }, other);
		await hear();

		expect(run).not.toHaveBeenCalled();
		expect(await bikeShown(device, kiransBike)).toMatchObject({ model: 'Dio' });
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa+' });
	});

	it('is folded again when anything changes in a collection that it looked through', async () => {
		const { device, authority, hear } = await aPhoneOffline();
		await device.perform('bike.count', { customerId: id('customer', 11) });
		const counted = async () => (await device.documents('notices')).map(({ params }) => params);
		expect(await counted()).toEqual([{ bikes: 2 }]);

		const third = { collection: 'vehicles', id: id('vehicle', 99) } as const;
		authority.put(third, aBike({ id: third.id }));
		await hear();

		expect(await counted()).toEqual([{ bikes: 3 }]);
	});

	it('is folded again without what was settled in front of it', async () => {
		const { device, authority, rename, online } = await aPhoneOffline();
		await rename('1');
		await rename('2');
		authority.put(bikeKey, aBike({ model: 'Dio' }));

		await online();

		expect(await bikeShown(device)).toMatchObject({ model: 'Dio12' });
		expect(device.touched('vehicles').size).toBe(0);
	});

	it('replays with its own frozen time and makes the same ids', async () => {
		const { device, clock, authority, hear } = await aPhoneOffline((server) =>
			server.put(jobKey, aJobDoc()),
		);
		const clocks = async () =>
			(await device.documents('jobs')).flatMap((doc) => doc['clocks'] as Doc[]);
		await device.perform('clock.start', { jobId: jobKey.id, workerId: id('worker', 1) });
		const before = await clocks();

		clock.at = addMs(monday, 3_600_000);
		authority.put(jobKey, { ...aJobDoc(), status: 'pending' });
		await hear();

		expect(await device.documents('jobs')).toMatchObject([{ status: 'pending' }]);
		expect(before).toMatchObject([{ startedAt: monday, endedAt: null }]);
		expect(await clocks()).toEqual(before);
	});

	it("runs at the time it was done, by the server's clock as far as that is known", async () => {
		const hourMs = 3_600_000;
		const { device } = await aPhoneOffline((server) => {
			server.put(jobKey, aJobDoc());
			server.now = addMs(monday, hourMs);
		});

		await device.perform('clock.start', { jobId: jobKey.id, workerId: id('worker', 1) });

		const [doc] = await device.documents('jobs');
		expect(doc?.['clocks']).toMatchObject([{ startedAt: addMs(monday, hourMs) }]);
	});

	it('writes a row that lives inside a document back into it', async () => {
		const { device } = await aPhoneOffline((server) => server.put(jobKey, aJobDoc()));

		await device.perform('clock.start', { jobId: jobKey.id, workerId: id('worker', 1) });
		await device.perform('clock.start', { jobId: jobKey.id, workerId: id('worker', 1) });

		const [doc] = await device.documents('jobs');
		expect(doc).toMatchObject({ id: jobKey.id, status: 'in_progress', offers: [] });
		const clocks = doc?.['clocks'] as readonly Doc[];
		expect(clocks.map(({ endedAt }) => endedAt).sort()).toEqual([monday, null]);
		expect(clocks.map(({ id }) => id)).toEqual(clocks.map(({ id }) => id).sort());
	});

	it('keeps fields that this person is not shown out of what it writes', async () => {
		const { device } = await aPhoneOffline((server) => {
			const shown = Object.entries(aBike()).filter(([name]) => name !== 'customerId');
			server.put(bikeKey, { ...Object.fromEntries(shown), id: ashasBike });
		});

		await device.perform('bike.rename', { vehicleId: ashasBike, add: '+' });

		expect(await bikeShown(device)).not.toHaveProperty('customerId');
	});
});

describe('accepted work', () => {
	it('stays on the screen until its data has come, in every scope, and no longer', async () => {
		const { device, authority, rename } = await aPhoneOffline((server) => {
			server.followed = ['a:1', 'b:2'];
			server.scopesOf = () => ['a:1', 'b:2'];
			server.put(bikeKey, aBike());
		});
		await rename('+');
		const { send } = authority;
		// The first answer holds back one scope and all documents.
		vi.spyOn(authority, 'send').mockImplementationOnce(async (request) => {
			const answer = await send(request);
			const cursors = { ...answer.cursors, 'b:2': request.cursors['b:2'] ?? 0 };
			return { ...answer, docs: {}, cursors, more: true };
		});
		authority.failure = null;
		const shown: (string | undefined)[] = [];
		const seen: string[] = [];
		device.watch(() => {
			void bikeShown(device).then((bike) => shown.push(bike?.model));
			seen.push(...device.pending().map(({ status }) => status));
		});

		await device.sync();

		expect(new Set(shown)).toEqual(new Set(['Activa+']));
		expect(seen).toContain('accepted');
		expect(device.pending()).toEqual([]);
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa+' });
	});
});
