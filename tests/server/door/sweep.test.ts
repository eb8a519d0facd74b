import { beforeEach, describe, expect, it, vi } from 'vitest';
import { scopeOf } from '#sync/core/scope.ts';
import { addMs, dayMs } from '#sync/core/time.ts';
import { notice } from '#sync/notice/entity.ts';
import { shopWindow } from '#sync/shop/age-window.ts';
import { sweepScopes } from '#server/domain/sweep.ts';
import { sync } from '#server/domain/sync.ts';
import { asha, id, lakshmiMotors, monday, otherGarage } from '#tests/support/cast.ts';
import { aWish, nextId, openDoor, type Door } from '#tests/support/door.ts';
import { aPort, type TestPort } from '#tests/support/ports.ts';
import { aRequest } from '#tests/support/requests.ts';

describe('what is swept now and then', () => {
	let test: TestPort;
	let door: Door;
	beforeEach(async () => {
		test = await aPort('memory');
		door = await openDoor(test);
	});

	it('is the news of a month ago, which phones hear of', async () => {
		await door
			.as(asha, 'booking.request', aWish())
			.then(({ ids }) =>
				door.as(asha, 'booking.confirm', { bookingId: String(ids?.['bookingId']) }),
			);
		const count = (await test.port.list(notice, {})).length;
		expect(count).toBeGreaterThan(0);
		door.now = addMs(monday, 30 * dayMs);
		await sweepScopes(door.world, nextId);
		expect(await test.port.list(notice, {})).toHaveLength(count);

		door.now = addMs(monday, 30 * dayMs + 1);
		door.poked.length = 0;
		await sweepScopes(door.world, nextId);

		expect(await test.port.list(notice, {})).toEqual([]);
		const { docs, gone } = await sync(door.world, asha, aRequest());
		expect(docs.notices ?? []).toEqual([]);
		expect(gone).toContainEqual(expect.objectContaining({ collection: 'notices', reason: 'aged' }));
		const poked = door.poked.flatMap((each) => Object.keys(each));
		expect(poked).toContain(scopeOf.customer(id('customer', 11)));
	});

	it('is all the rest when one shop fails', async () => {
		const swept = vi.spyOn(test.port, 'sweepGone');
		const { port } = test;
		const transaction: typeof port.transaction = (work) =>
			port.transaction((tx) => {
				const lock: typeof tx.lock = async (keys) => {
					if (keys.includes(`shop:${lakshmiMotors}`)) throw new Error('of this shop');
					await tx.lock(keys);
				};
				return work({ ...tx, lock });
			});
		Object.assign(door, { world: { ...door.world, port: { ...port, transaction } } });

		await expect(sweepScopes(door.world, nextId)).rejects.toThrow('could not be swept');

		const days = (await test.port.list(shopWindow, {})).map((each) => each.id);
		expect(days).toContain(otherGarage);
		expect(days).not.toContain(lakshmiMotors);
		expect(swept).toHaveBeenCalledTimes(1);
	});
});
