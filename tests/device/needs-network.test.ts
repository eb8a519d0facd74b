import { describe, expect, it } from 'vitest';
import { SendFailure } from '#lib/device/sync/ports.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { aPhone } from '#tests/support/device/phone.ts';

describe('what makes sense only online', () => {
	it('is refused without network, and not kept', async () => {
		const authority = new Authority();
		const { device } = await aPhone(authority);
		await device.perform('bill.pay', {});
		await device.sync();
		expect(authority.performed).toMatchObject([{ name: 'bill.pay' }]);

		authority.failure = new SendFailure('offline');
		await device.sync();
		await expect(device.perform('bill.pay', {})).rejects.toThrow('needs_network');
		expect(device.pending()).toEqual([]);
	});

	it('is tried once more first, for the network may be back', async () => {
		const authority = new Authority();
		const { device } = await aPhone(authority);
		authority.failure = new SendFailure('offline');
		await device.sync();
		authority.failure = null;

		await device.perform('bill.pay', {});
		await device.sync();

		expect(authority.performed).toMatchObject([{ name: 'bill.pay' }]);
	});

	it('finds out whether there is network when nobody knows yet', async () => {
		const authority = new Authority();
		authority.failure = new SendFailure('offline');
		const { device } = await aPhone(authority);

		await expect(device.perform('bill.pay', {})).rejects.toThrow('needs_network');
	});
});
