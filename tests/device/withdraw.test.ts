import { describe, expect, it } from 'vitest';
import { mutationText } from '#sync/protocol/sync.ts';
import type { Device } from '#lib/device/sync/device.ts';
import { SendFailure, type Send } from '#lib/device/sync/ports.ts';
import { ashasBike, id } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { quiet } from '#tests/support/device/fakes.ts';
import { aPhoneOffline } from '#tests/support/device/offline.ts';
import { aBike, aPhone, bikeKey, bikeShown } from '#tests/support/device/phone.ts';

/** The try to send it has failed: it is on its way no more. */
async function takeBack(device: Device, mutationId: string): Promise<boolean> {
	await quiet();
	return device.withdraw(mutationId);
}

describe('work that is taken back before it was sent', () => {
	it('leaves the screen at once, and its number goes out saying nothing', async () => {
		const { device, rename, online, authority } = await aPhoneOffline();
		await rename('1');
		const second = await rename('2');
		await rename('3');

		expect(await takeBack(device, second.mutationId)).toBe(true);
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa13' });
		expect(device.pending().map(({ seq }) => seq)).toEqual([1, 3]);
		expect(await device.history(9)).toMatchObject([
			{ id: second.mutationId, status: 'withdrawn', name: 'bike.rename' },
		]);

		await online();
		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa13' });
		expect(authority.performed.map(({ name, seq }) => [seq, name])).toEqual([
			[1, 'bike.rename'],
			[2, 'withdrawn'],
			[3, 'bike.rename'],
		]);
		const sent = authority.requests.at(-1)?.mutations.map(({ text }) => JSON.parse(text) as object);
		expect(sent?.[1]).toMatchObject({ id: second.mutationId, args: {}, base: {}, after: [] });
		const told = (await device.history(9)).map(({ id, status }) => [id, status]);
		expect(told).toContainEqual([second.mutationId, 'withdrawn']);
		expect(told).toHaveLength(3);
	});

	it('puts what was built on it in doubt', async () => {
		const { device } = await aPhoneOffline();
		const customerId = id('customer', 11);
		const made = await device.perform('bike.register', { model: 'Pulsar', customerId });
		await device.perform('bike.rename', { vehicleId: made.newIds[0], add: ' 150' });

		await takeBack(device, made.mutationId);

		expect(device.pending()).toMatchObject([{ name: 'bike.rename', doubt: 'not_found' }]);
		expect(await bikeShown(device, made.newIds[0])).toBeUndefined();
	});

	it('stays taken back when the phone is started again', async () => {
		const { device, rename, store } = await aPhoneOffline();
		const { mutationId } = await rename('1');
		await takeBack(device, mutationId);
		await device.stop();

		const authority = new Authority();
		authority.failure = new SendFailure('offline');
		const again = await aPhone(authority, { store, number: 2 });

		expect(again.device.pending()).toEqual([]);
		expect(await bikeShown(again.device)).toMatchObject({ model: 'Activa' });
	});

	it('is not taken back while it is on its way, nor after', async () => {
		const authority = new Authority();
		authority.put(bikeKey, aBike());
		const gate = Promise.withResolvers<void>();
		const send: Send = async (request) => {
			if (request.mutations.length > 0) await gate.promise;
			return authority.send(request);
		};
		const { device } = await aPhone(authority, { send });
		await device.sync();
		const { mutationId } = await device.perform('bike.rename', { vehicleId: ashasBike, add: '!' });
		await quiet();
		expect(device.pending()).toMatchObject([{ status: 'sending' }]);

		expect(await device.withdraw(mutationId)).toBe(false);
		gate.resolve();
		await device.sync();
		expect(await device.withdraw(mutationId)).toBe(false);
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa!' });
	});

	it('tells the end of the original when that had arrived after all', async () => {
		const { device, authority, rename, online } = await aPhoneOffline();
		authority.failure = null;
		authority.losesReply = true;
		const { mutationId } = await rename('!');
		await quiet();
		expect(authority.performed).toHaveLength(1);

		expect(await device.withdraw(mutationId)).toBe(true);
		await online();

		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa!' });
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa!' });
		expect(await device.history(9)).toMatchObject([{ id: mutationId, status: 'applied' }]);
		expect(device.pending()).toEqual([]);
	});

	it('is nothing to a server restored from a backup, and leaves no hole there', async () => {
		const { device, authority, rename, online } = await aPhoneOffline();
		await rename('1');
		const { mutationId } = await rename('2');
		await takeBack(device, mutationId);
		const restore = authority.backup();
		await online();
		restore();
		await rename('3');

		await device.sync();

		expect(authority.doc(bikeKey)).toMatchObject({ model: 'Activa13' });
		expect(authority.performed.at(-1)?.seq).toBe(3);
		const told = (await device.history(9)).find((each) => each.id === mutationId);
		expect(told).toMatchObject({ status: 'withdrawn' });
	});

	it('cannot be taken back twice', async () => {
		const { device, rename } = await aPhoneOffline();
		const { mutationId } = await rename('1');

		expect(await takeBack(device, mutationId)).toBe(true);
		expect(await takeBack(device, mutationId)).toBe(false);
		expect(await device.history(9)).toHaveLength(1);
	});

	it('is said in a text that the wire understands', async () => {
		const { device, rename, online, authority } = await aPhoneOffline();
		const { mutationId } = await rename('1');
		await takeBack(device, mutationId);
		await online();

		const texts = authority.requests.flatMap(({ mutations }) => mutations.map(({ text }) => text));
		const last = mutationText.parse(JSON.parse(String(texts.at(-1))));
		expect(last).toMatchObject({ id: mutationId, name: 'withdrawn', version: 1 });
	});
});
