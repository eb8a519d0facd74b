import { describe, expect, it, vi } from 'vitest';
import { SendFailure } from '#lib/device/sync/ports.ts';
import { ashasBike, id, monday, stranger } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { rename } from '#tests/support/device/mutators.ts';
import { aPhoneOffline } from '#tests/support/device/offline.ts';
import { aBike, aPhone, bikeKey, bikeShown } from '#tests/support/device/phone.ts';

describe('work that the rules here say no to', () => {
	it('is sent nevertheless, and the doubt is shown: this phone may be the stale one', async () => {
		const { device, rename, online, authority } = await aPhoneOffline((server) =>
			server.put(bikeKey, aBike({ retiredAt: monday })),
		);

		await rename('+');
		expect(device.pending()).toMatchObject([
			{ name: 'bike.rename', kind: 'request', status: 'queued', doubt: 'wrong_state' },
		]);
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa' });

		authority.put(bikeKey, aBike({ retiredAt: null }));
		await online();
		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa+' });
		expect(device.pending()).toEqual([]);
	});

	it('keeps a report, marked with what it is about', async () => {
		const { device, drive } = await aPhoneOffline();

		await drive(900);

		const [report] = device.pending();
		expect(report).toMatchObject({ kind: 'report', doubt: 'wrong_state' });
		expect(report?.about.has(ashasBike)).toBe(true);
	});

	it('leaves the screen at once when the server refuses it, with the reason in the history', async () => {
		const { device, rename, online, authority } = await aPhoneOffline();
		const { mutationId } = await rename('+');
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa+' });

		authority.put(bikeKey, aBike({ retiredAt: monday }));
		await online();

		expect(await bikeShown(device)).toMatchObject({ model: 'Activa', retiredAt: monday });
		expect(await device.history(1)).toMatchObject([
			{ id: mutationId, status: 'refused', refusal: 'wrong_state', dismissed: false },
		]);
		await device.dismiss(mutationId);
		expect(await device.history(1)).toMatchObject([{ dismissed: true }]);
	});

	it('takes what was built on it along when it goes', async () => {
		const { device, authority, online } = await aPhoneOffline();
		const customerId = id('customer', 11);
		const { newIds } = await device.perform('bike.register', { model: 'Pulsar', customerId });
		await device.perform('bike.rename', { vehicleId: newIds[0], add: ' 150' });
		const taken = { collection: 'vehicles', id: String(newIds[0]) } as const;
		authority.put(taken, aBike({ id: taken.id, model: 'Theirs', retiredAt: monday }));

		await online();

		expect(await bikeShown(device, newIds[0])).toMatchObject({ model: 'Theirs' });
		expect((await device.history(2)).map(({ refusal }) => refusal).sort()).toEqual([
			'id_taken',
			'wrong_state',
		]);
	});

	it('is a doubt as well when the role is missing', async () => {
		const authority = new Authority();
		authority.failure = new SendFailure('offline');
		const { device } = await aPhone(authority, { actor: stranger });

		await device.perform('bike.rename', { vehicleId: ashasBike, add: '+' });

		expect(device.pending()).toMatchObject([{ doubt: 'not_allowed' }]);
	});
});

describe('work that only the server can do', () => {
	it('waits, and marks what it makes and what it names', async () => {
		const { device } = await aPhoneOffline();

		const { newIds } = await device.perform('shop.ask', { vehicleId: ashasBike });

		const [waiting] = device.pending();
		expect(waiting).toMatchObject({ status: 'queued', doubt: null });
		expect([ashasBike, ...newIds].every((each) => waiting?.about.has(each))).toBe(true);
		expect(device.touched('vehicles').size).toBe(0);
	});

	it('waits also under a name that this version does not know', async () => {
		const { device, store } = await aPhoneOffline();
		const text = JSON.stringify({
			...{ id: id('grant', 1), name: 'bike.paint', version: 9, args: { vehicleId: ashasBike } },
			...{ base: {}, after: [], at: { wall: monday, offsetMs: null, errorMs: null } },
		});
		await store.append({ id: id('grant', 1), name: 'bike.paint', text, enqueuedAt: monday });

		await device.perform('bike.rename', { vehicleId: ashasBike, add: '+' });
		await device.sync();
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa+' });
	});
});

describe('a bug in a mutator', () => {
	it('is reported, and the work is sent all the same', async () => {
		vi.spyOn(rename, 'run').mockRejectedValueOnce(new TypeError('a bug'));
		const { device, reported, rename: tap, online, authority } = await aPhoneOffline();

		await tap('+');
		expect(reported).toEqual([new TypeError('a bug')]);
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa' });

		await online();
		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa+' });
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa+' });
	});
});
