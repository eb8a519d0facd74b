import { describe, expect, it, vi } from 'vitest';
import { seenMax } from '#sync/protocol/sync.ts';
import { SendFailure } from '#lib/device/sync/ports.ts';
import { id } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { quiet } from '#tests/support/device/fakes.ts';
import { aPhone } from '#tests/support/device/phone.ts';

const sight = (n: number, version = 1) => ({
	bookingId: id('booking', n),
	bookingVersion: version,
	jobVersion: 0,
});

async function anOnlinePhone() {
	const authority = new Authority();
	const phone = await aPhone(authority);
	await phone.device.sync();
	return { ...phone, authority, told: () => authority.requests.flatMap(({ seen }) => seen) };
}

describe('what was really on the screen', () => {
	it('is told within two seconds by a round of its own', async () => {
		const { device, timers, told } = await anOnlinePhone();

		device.see(sight(1));
		expect(timers.waiting()).toEqual([2_000]);
		timers.fire();
		await quiet();

		expect(told()).toEqual([sight(1)]);
		expect(timers.waiting()).toEqual([]);
	});

	it('goes along with what is sent anyway, and is told once', async () => {
		const { device, timers, told } = await anOnlinePhone();
		device.see(sight(1));
		await device.perform('shop.ask', { vehicleId: id('vehicle', 11) });
		await device.sync();

		expect(told()).toEqual([sight(1)]);
		expect(timers.waiting()).toEqual([]);
	});

	it('counts as no work: nothing is pending and nothing is kept', async () => {
		const { device, authority, store } = await anOnlinePhone();
		authority.failure = new SendFailure('offline');
		device.see(sight(1));
		await device.sync();

		expect(device.pending()).toEqual([]);
		expect((await store.books()).outbox).toEqual([]);
		expect(authority.requests.at(-1)).toMatchObject({ pending: 0, seen: [sight(1)] });
	});

	it('waits for the network instead of calling for it', async () => {
		const { device, authority, timers, told } = await anOnlinePhone();
		authority.failure = new SendFailure('offline');
		await device.sync();
		const tries = authority.requests.length;
		device.see(sight(1));
		while (timers.waiting().some((ms) => ms === 2_000)) timers.fire();
		await quiet();
		expect(authority.requests.length).toBeLessThanOrEqual(tries + 1);

		authority.failure = null;
		await device.sync();
		expect(told().at(-1)).toEqual(sight(1));
	});

	it('is told as new as it was seen last, and not again for less', async () => {
		const { device, told } = await anOnlinePhone();
		for (const version of [1, 3, 2]) device.see(sight(1, version));
		await device.sync();
		expect(told()).toEqual([sight(1, 3)]);
	});

	it('is told again if it was newer by the time the answer came', async () => {
		const { device, authority, told } = await anOnlinePhone();
		const { send } = authority;
		vi.spyOn(authority, 'send').mockImplementationOnce(async (request) => {
			device.see(sight(1, 2));
			return send(request);
		});
		device.see(sight(1));
		await device.sync();
		expect(told()).toEqual([sight(1), sight(1, 2)]);
	});

	it('is told in several rounds if it is much', async () => {
		const { device, told } = await anOnlinePhone();
		for (let n = 0; n < seenMax + 5; n += 1) device.see(sight(n));
		await device.sync();
		expect(told()).toHaveLength(seenMax + 5);
	});

	it('is forgotten when the phone stops', async () => {
		const { device, timers } = await anOnlinePhone();
		device.see(sight(1));
		await device.stop();
		expect(timers.waiting()).toEqual([]);
	});
});
