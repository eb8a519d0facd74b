import { beforeEach, describe, expect, it } from 'vitest';
import { addMinutes } from '#sync/core/time.ts';
import { revoke, sayGoodbye } from '#server/domain/devices.ts';
import { sync } from '#server/domain/sync.ts';
import { asha, id, kiran } from '#tests/support/cast.ts';
import { openDoor, type Door } from '#tests/support/door.ts';
import { looksAt, userOf } from '#tests/support/looks.ts';
import { aPort, type TestPort } from '#tests/support/ports.ts';
import { aCaller, aRequest, sent } from '#tests/support/requests.ts';

let test: TestPort;
let door: Door;
beforeEach(async () => {
	test = await aPort('memory');
	door = await openDoor(test);
});
const { aTap, bikesOf, theDevice } = looksAt(() => ({ test, door }));

describe('a browser whose storage was cleared', () => {
	const first = { id: id('device', 1), browserId: id('browser', 1) };
	const second = { id: id('device', 2), browserId: id('browser', 1) };
	const begins = (over = {}) =>
		sync(door.world, asha, aRequest({ device: second, ...over }), aCaller());

	it('is told how much work lay on it when it was last heard', async () => {
		await sync(door.world, asha, aRequest({ device: first, pending: 3 }), aCaller());
		const heardAt = door.now;
		door.now = addMinutes(door.now, 30);

		expect((await begins()).earlier).toEqual({ pending: 3, lastContact: heardAt });
		expect((await begins()).earlier).toEqual({ pending: 3, lastContact: heardAt });
	});

	it('is told it no more once it has read anything', async () => {
		await sync(door.world, asha, aRequest({ device: first, pending: 3 }), aCaller());
		const { install, era, cursors } = await begins();

		expect((await begins({ install, era, cursors })).earlier).toBeUndefined();
	});

	it.each([
		['nothing lay on it', 0, () => Promise.resolve()],
		[
			'its person had signed out there',
			3,
			() => sayGoodbye(door.world, userOf(asha), id('grant', 71)),
		],
		['it was signed off', 3, () => revoke(door.world, userOf(asha), id('device', 1))],
	] as const)('is told nothing when %s', async (_why, pending, ended) => {
		await sync(door.world, asha, aRequest({ device: first, pending }), aCaller());
		await ended();

		expect((await begins()).earlier).toBeUndefined();
	});

	it('is told nothing of what another person had on it', async () => {
		await sync(door.world, kiran, aRequest({ device: first, pending: 3 }), aCaller());

		expect((await begins()).earlier).toBeUndefined();
	});

	it('is told nothing when a copy of a phone goes on under an id of its own', async () => {
		const { install, era } = await sync(
			door.world,
			asha,
			aRequest({ device: first, pending: 3 }),
			aCaller(),
		);

		expect((await begins({ install, era })).earlier).toBeUndefined();
	});
});

describe('a device', () => {
	it('gets a key at its first request, and keeps it', async () => {
		let made = 0;
		const newSealKey = (): string => {
			made += 1;
			return `key ${made}`;
		};
		await sync(door.world, asha, aRequest(), aCaller({ newSealKey }));
		door.now = addMinutes(door.now, 10);
		await sync(door.world, asha, aRequest(), aCaller({ newSealKey }));

		expect(await theDevice()).toMatchObject({ sealKey: 'key 1', sessionId: id('grant', 71) });
	});

	it('from before there were keys gets one', async () => {
		await sync(door.world, asha, aRequest());
		expect(await theDevice()).toMatchObject({ sealKey: null, sessionId: null });

		await sync(door.world, asha, aRequest(), aCaller());

		expect(await theDevice()).toMatchObject({ sealKey: 'a key', sessionId: id('grant', 71) });
	});

	it('that was signed off is heard no more, also by a new session', async () => {
		await sync(door.world, asha, aRequest(), aCaller());
		await revoke(door.world, userOf(asha), id('device', 1));

		const again = sync(
			door.world,
			asha,
			aRequest({ mutations: [sent(1, aTap())] }),
			aCaller({ sessionId: id('grant', 72) }),
		);

		await expect(again).rejects.toThrow('device_revoked');
		expect(await bikesOf(asha)).toBe(0);
	});

	it('is not found by anybody but its person', async () => {
		await sync(door.world, asha, aRequest(), aCaller());

		await expect(revoke(door.world, userOf(kiran), id('device', 1))).rejects.toThrow('not_found');
		expect(await theDevice()).toMatchObject({ revokedAt: null });
	});
});
