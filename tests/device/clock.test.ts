import { describe, expect, it } from 'vitest';
import { hourMs } from '#sync/core/time.ts';
import { mutationText } from '#sync/protocol/sync.ts';
import { SendFailure } from '#lib/device/sync/ports.ts';
import { ashasBike } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { after, fakeClock, quiet } from '#tests/support/device/fakes.ts';
import { aBike, aPhone, bikeKey, bikeShown } from '#tests/support/device/phone.ts';

describe('a clock that is an hour fast, and then corrected', () => {
	it('loses nothing, keeps the order, and claims what was measured', async () => {
		const authority = new Authority();
		authority.put(bikeKey, aBike());
		const clock = fakeClock(after(hourMs));
		const { device, store } = await aPhone(authority, { clock });
		await device.sync();
		const tap = (add: string) => device.perform('bike.rename', { vehicleId: ashasBike, add });
		authority.failure = new SendFailure('offline');
		await tap('1');
		await tap('2');

		clock.at = after(60_000);
		await tap('3');
		await quiet();
		authority.failure = null;
		authority.now = after(120_000);
		clock.at = after(120_000);
		await device.sync();
		await tap('4');
		await device.sync();

		expect(authority.performed.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa1234' });
		expect(device.pending()).toEqual([]);
		const claims = authority.requests.flatMap(({ mutations }) =>
			mutations.map(({ text }) => mutationText.parse(JSON.parse(text)).at),
		);
		expect(claims[0]).toEqual({ wall: after(hourMs), offsetMs: -hourMs, errorMs: 0 });
		expect(claims.at(-1)).toEqual({ wall: after(120_000), offsetMs: 0, errorMs: 0 });
		expect((await store.books()).clock).toEqual({ offsetMs: 0, errorMs: 0 });
	});
});
