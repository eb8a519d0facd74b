import { describe, expect, it, vi } from 'vitest';
import { askingMax } from '#sync/protocol/sync.ts';
import { SendFailure } from '#lib/device/sync/ports.ts';
import { ashasBike, id, kiransBike, monday } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { aPhoneOffline } from '#tests/support/device/offline.ts';
import { aBike, aDisk, aPhone, bikeKey, bikeShown } from '#tests/support/device/phone.ts';

const offline = new SendFailure('offline');

describe('a server that has forgotten what the cursors need', () => {
	it('is read from the start, offers are not made again, and ghosts go', async () => {
		const { device, authority, store, rename, online } = await aPhoneOffline();
		await rename('1');
		await online();
		const ghost = { collection: 'vehicles', id: id('vehicle', 77) } as const;
		await store.write('vehicles', [aBike({ id: ghost.id })], []);
		authority.failure = new SendFailure('offline');
		await rename('2');
		authority.failure = null;
		authority.swept = true;

		await device.sync();

		expect((await store.books()).place).toMatchObject({ refetching: false });
		expect(await store.doc('vehicles', ghost.id)).toBeNull();
		expect(authority.performed.map(({ seq }) => seq)).toEqual([1, 2]);
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa12' });
		expect(device.pending()).toEqual([]);
	});

	it('is read through page by page, also over what it has forgotten', async () => {
		const authority = new Authority();
		authority.pageMax = 1;
		authority.floor = 4;
		const ids = [1, 2, 3, 4, 5, 6].map((n) => id('vehicle', 80 + n));
		for (const bikeId of ids)
			authority.put({ collection: 'vehicles', id: bikeId }, aBike({ id: bikeId }));
		const { device, store } = await aPhone(authority);

		await device.sync();

		expect((await store.docs('vehicles')).map((each) => each.id).sort()).toEqual(ids);
		expect(authority.requests).toHaveLength(6);
		await device.sync();
		expect(authority.requests.at(-1)).not.toHaveProperty('anew');
	});

	it('is read from the start if a phone rested for long in the middle of it', async () => {
		const authority = new Authority();
		authority.pageMax = 1;
		const ids = [1, 2, 3, 4].map((n) => id('vehicle', 80 + n));
		for (const bikeId of ids)
			authority.put({ collection: 'vehicles', id: bikeId }, aBike({ id: bikeId }));
		const disk = aDisk();
		const { send } = authority;
		const first = await aPhone(authority, { store: disk.open() });
		vi.spyOn(authority, 'send').mockImplementationOnce(send).mockRejectedValueOnce(offline);
		await first.device.sync();
		await first.device.stop();
		authority.put({ collection: 'vehicles', id: ids[0] ?? '' }, null);
		authority.floor = 5;

		const again = await aPhone(authority, { store: disk.open(), number: 2 });
		await again.device.sync();

		const held = (await again.device.documents('vehicles')).map((each) => each.id).sort();
		expect(held).toEqual(ids.slice(1));
	});

	it('may forget more while everything is read again', async () => {
		const authority = new Authority();
		authority.pageMax = 1;
		const keys = [ashasBike, kiransBike, id('vehicle', 80)].map(
			(bikeId) => ({ collection: 'vehicles', id: bikeId }) as const,
		);
		for (const key of keys) authority.put(key, aBike({ id: key.id }));
		const { device, store } = await aPhone(authority);
		await device.sync();
		const { send } = authority;
		let answers = 0;
		authority.swept = true;
		vi.spyOn(authority, 'send').mockImplementation((request) => {
			if ((answers += 1) === 3) {
				// What was read a moment ago is gone, and nobody will ever say so.
				authority.forget(keys[0] ?? bikeKey);
				authority.swept = true;
			}
			return send(request);
		});

		await device.sync();

		const held = (await store.docs('vehicles')).map((each) => each.id).sort();
		expect(held).toEqual(keys.slice(1).map((key) => key.id));
		expect((await store.books()).place.refetching).toBe(false);
	});
});

describe('a server that tells no documents of this shape any more', () => {
	it('still takes what is done here, and says so', async () => {
		const { device, authority, store, rename, online } = await aPhoneOffline();
		const { cursors } = (await store.books()).place;
		authority.outdated = true;
		await rename('1');
		await online();

		expect(device.status()).toMatchObject({ network: 'online', outdated: true });
		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa1' });
		expect((await store.books()).place.cursors).toEqual(cursors);
		expect(device.pending()).toMatchObject([{ status: 'accepted' }]);
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa1' });

		await store.change(({ place }) => ({ place: { ...place, cursors: {}, refetching: true } }));
		await device.sync();
		expect(await store.docs('vehicles')).toHaveLength(2);

		authority.outdated = false;
		await device.sync();
		expect(device.status().outdated).toBe(false);
		expect(device.pending()).toEqual([]);
	});
});

describe('parked work', () => {
	it('is asked about until it has ended, and the news is not read yet', async () => {
		const { device, authority, rename, online } = await aPhoneOffline();
		authority.parks = ['bike.rename'];
		const { mutationId } = await rename('1');
		await online();
		expect(await device.history(1)).toMatchObject([{ id: mutationId, status: 'parked' }]);
		await device.dismiss(mutationId);

		await device.sync();
		expect(authority.requests.at(-1)?.asking).toEqual([mutationId]);
		await authority.replayParked();
		authority.now = '2026-11-23T06:00:00.000Z';
		await device.sync();

		expect(await device.history(1)).toMatchObject([
			{ id: mutationId, status: 'applied', dismissed: false, endedAt: authority.now },
		]);
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa1' });
		await device.sync();
		expect(authority.requests.at(-1)?.asking).toEqual([]);
	});

	it('tells why it was refused in the end', async () => {
		const { device, authority, rename, online } = await aPhoneOffline();
		authority.parks = ['bike.rename'];
		await rename('1');
		await online();
		authority.put(bikeKey, aBike({ retiredAt: monday }));
		await authority.replayParked();

		await device.sync();

		expect(await device.history(1)).toMatchObject([{ status: 'refused', refusal: 'wrong_state' }]);
	});

	it('is all asked about in turn, however much of it there is', async () => {
		const { device, authority, rename, online } = await aPhoneOffline();
		authority.parks = ['bike.rename'];
		for (let n = 0; n < askingMax + 10; n += 1) await rename('.');
		await online();

		const before = authority.requests.length;
		await device.sync();
		await device.sync();

		const asked = authority.requests.slice(before).flatMap(({ asking }) => asking);
		expect(new Set(asked).size).toBe(askingMax + 10);
	});

	it('is nothing to a server with another data set', async () => {
		const { device, authority, rename, online } = await aPhoneOffline();
		authority.parks = ['bike.rename'];
		await rename('1');
		await online();
		authority.reset();

		await device.sync();

		expect(authority.requests.at(-1)?.asking).toEqual([]);
	});
});

describe('a browser that threw away what was on it', () => {
	const earlier = { pending: 2, lastContact: '2026-11-23T04:00:00.000Z' };

	it('is told by the server what it had', async () => {
		const authority = new Authority();
		authority.extra = { earlier };
		const { device, store } = await aPhone(authority);
		await device.sync();

		expect((await store.books()).lost).toEqual({ count: 2, lastContact: earlier.lastContact });
	});

	it('believes the larger number: it may have counted more itself', async () => {
		const authority = new Authority();
		authority.extra = { earlier };
		const { device, store } = await aPhone(authority);
		await store.change(() => ({ lost: { count: 5, lastContact: null } }));
		await device.sync();

		expect((await store.books()).lost).toEqual({ count: 5, lastContact: earlier.lastContact });
	});

	it('has lost nothing if nothing was on it, and is not told again what was read', async () => {
		const authority = new Authority();
		authority.extra = { earlier: { ...earlier, pending: 0 } };
		const { device, store } = await aPhone(authority);
		await device.sync();
		expect((await store.books()).lost).toBeNull();

		authority.extra = { earlier };
		await device.sync();
		expect((await store.books()).lost).toBeNull();
	});
});
