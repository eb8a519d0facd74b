import { describe, expect, it } from 'vitest';
import type { DeviceStore } from '#lib/device/sync/store.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { quiet } from '#tests/support/device/fakes.ts';
import { aBike, aDisk, aPhone, bikeKey } from '#tests/support/device/phone.ts';

describe('a scope that begins to be read', () => {
	it('is written down before its first document', async () => {
		const authority = new Authority();
		authority.put(bikeKey, aBike());
		const store = aDisk().open();
		const found: object[] = [];
		const write: DeviceStore['write'] = async (...page) => {
			found.push((await store.books()).place.cursors);
			await store.write(...page);
		};
		const { device } = await aPhone(authority, { store: { ...store, write } });

		await device.sync();

		expect(found).toEqual([{ 'customer:1': 0 }]);
		expect((await store.books()).place.cursors).toEqual({ 'customer:1': 1 });
	});

	it('gives its documents back when it may not be read any more after a crash in between', async () => {
		const authority = new Authority();
		authority.put(bikeKey, aBike());
		const disk = aDisk();
		const store = disk.open();
		const dies: DeviceStore['write'] = async (...page) => {
			await store.write(...page);
			disk.kill();
			await new Promise(() => undefined);
		};
		const { device } = await aPhone(authority, { store: { ...store, write: dies } });
		device.wake();
		await quiet();

		const asked: object[] = [];
		const again = await aPhone(authority, {
			store: disk.open(),
			send: (request) => {
				asked.push(request.cursors);
				return authority.send(request);
			},
		});
		await again.device.sync();

		expect(asked[0]).toEqual({ 'customer:1': 0 });
	});
});
