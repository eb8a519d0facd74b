import { describe, expect, it } from 'vitest';
import { SendFailure, type Send } from '#lib/device/sync/ports.ts';
import { ashasBike, id, monday } from '#tests/support/cast.ts';
import { Authority } from '#tests/support/device/authority.ts';
import { after, fakeChannels, fakeClock, fakeLocks, quiet } from '#tests/support/device/fakes.ts';
import { aBike, aDisk, aPhone, bikeKey, bikeShown } from '#tests/support/device/phone.ts';

const rename = (add: string) => ['bike.rename', { vehicleId: ashasBike, add }] as const;

function aServer(): Authority {
	const authority = new Authority();
	authority.put(bikeKey, aBike());
	return authority;
}

describe('the sync loop', () => {
	it('reads page after page until nothing is left', async () => {
		const authority = new Authority();
		authority.pageMax = 2;
		for (let n = 1; n <= 7; n += 1)
			authority.put(
				{ collection: 'vehicles', id: id('vehicle', n) },
				aBike({ id: id('vehicle', n) }),
			);
		const { device } = await aPhone(authority);

		await device.sync();

		expect(await device.documents('vehicles')).toHaveLength(7);
		expect(authority.requests).toHaveLength(4);
	});

	it('has one request in flight, however many ask', async () => {
		const authority = aServer();
		const { device } = await aPhone(authority);

		await Promise.all([
			device.sync(),
			device.sync(),
			device.perform(...rename('1')),
			device.sync(),
		]);
		await device.sync();

		expect(authority.inFlightMax).toBe(1);
		expect(authority.performed).toHaveLength(1);
	});

	it('lets one tab push for all, and shows the others what came of it', async () => {
		const authority = aServer();
		const [locks, tabs, disk] = [fakeLocks(), fakeChannels(), aDisk()];
		const shared = () => ({ locks, channel: tabs(), store: disk.open() });
		const left = await aPhone(authority, { ...shared(), number: 1 });
		const right = await aPhone(authority, { ...shared(), number: 2 });

		for (let n = 0; n < 5; n += 1)
			await Promise.all([
				left.device.perform(...rename('l')),
				right.device.perform(...rename('r')),
			]);
		await Promise.all([left.device.sync(), right.device.sync()]);
		await quiet();

		expect(authority.inFlightMax).toBe(1);
		expect(authority.performed.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
		const model = String(authority.doc(bikeKey)?.['model']);
		expect(model).toHaveLength('Activa'.length + 10);
		for (const { device } of [left, right]) {
			expect(await bikeShown(device)).toMatchObject({ model });
			expect(device.pending()).toEqual([]);
			expect(device.status().network).toBe('online');
		}
	});

	it('shows another tab work that was done in this one', async () => {
		const authority = aServer();
		const [locks, tabs, disk] = [fakeLocks(), fakeChannels(), aDisk()];
		const shared = () => ({ locks, channel: tabs(), store: disk.open() });
		const left = await aPhone(authority, shared());
		const right = await aPhone(authority, shared());
		await left.device.sync();
		authority.failure = new SendFailure('offline');

		await left.device.perform(...rename('!'));
		await quiet();

		expect(await bikeShown(right.device)).toMatchObject({ model: 'Activa!' });
		expect(right.device.pending()).toHaveLength(1);
		expect(right.device.status().network).toBe('offline');

		authority.failure = null;
		await left.device.sync();
		await quiet();
		expect(right.device.pending()).toEqual([]);
		expect(right.device.status().network).toBe('online');
	});

	it('does nothing twice when a reply is lost', async () => {
		const authority = aServer();
		const { device } = await aPhone(authority);
		await device.sync();

		authority.losesReply = true;
		await device.perform(...rename('!'));
		await device.sync();
		await device.sync();

		expect(authority.performed).toHaveLength(1);
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa!' });
		expect(device.pending()).toEqual([]);
	});

	it('halves a batch that is too large, and grows again', async () => {
		const authority = aServer();
		const send: Send = async (request) => {
			if (request.mutations.length > 3) throw new SendFailure('too_large');
			return authority.send(request);
		};
		authority.failure = new SendFailure('offline');
		const { device } = await aPhone(authority, { send });
		for (let n = 0; n < 10; n += 1) await device.perform(...rename('.'));
		authority.failure = null;

		await device.sync();

		expect(authority.performed.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
	});

	it('measures how wrong its clock is, and says so with what it does next', async () => {
		const authority = aServer();
		const clock = fakeClock();
		const send: Send = async (request) => {
			const answer = await authority.send(request);
			clock.at = after(400);
			return answer;
		};
		authority.now = after(3_600_000);
		const { device, store } = await aPhone(authority, { clock, send });

		await device.sync();

		expect((await store.books()).clock).toEqual({ offsetMs: 3_599_800, errorMs: 200 });
		authority.failure = new SendFailure('offline');
		await device.perform(...rename('1'));
		expect(JSON.parse(String((await store.books()).outbox[0]?.text))).toMatchObject({
			at: { wall: after(400), offsetMs: 3_599_800, errorMs: 200 },
		});
	});

	it('believes no measurement across a clock that was set', async () => {
		const authority = aServer();
		const clock = fakeClock(after(86_400_000));
		const send: Send = async (request) => {
			clock.at = monday;
			return authority.send(request);
		};
		const { device, store } = await aPhone(authority, { clock, send });

		await device.sync();

		expect((await store.books()).clock).toBeNull();
	});
});

describe('a phone without network', () => {
	it.each([
		['a minute in a pocket', false, [15_984, 31_968, 59_940, 59_940, 59_940]],
		['a quarter of one where somebody looks', true, [14_985, 14_985, 14_985, 14_985, 14_985]],
	])('tries again at a random moment within a doubling time up to %s', async (...given) => {
		const [, isVisible, last] = given;
		const authority = aServer();
		authority.failure = new SendFailure('offline');
		const phone = { random: () => 0.999, isVisible: () => isVisible };
		const { device, timers } = await aPhone(authority, phone);
		await device.sync();

		const waits: number[] = [];
		for (let n = 0; n < 9; n += 1) {
			waits.push(Math.round(timers.fire()));
			await quiet();
		}
		expect(waits).toEqual([999, 1_998, 3_996, 7_992, ...last]);
		expect(timers.waiting()).toHaveLength(1);

		authority.failure = null;
		timers.fire();
		await quiet();
		expect(device.status().network).toBe('online');
		expect(timers.waiting()).toEqual([]);

		authority.failure = new SendFailure('offline');
		await device.sync();
		expect(timers.waiting()).toEqual([999]);
	});

	it('waits at least as long as the server asks', async () => {
		const authority = aServer();
		authority.failure = new SendFailure('unavailable', 17_000);
		const { device, timers } = await aPhone(authority);

		await device.sync();

		expect(timers.waiting()).toEqual([17_000]);
	});

	it('keeps its work and waits for a person when it is signed out', async () => {
		const authority = aServer();
		authority.failure = new SendFailure('signed_out');
		const { device, timers } = await aPhone(authority);
		await device.perform(...rename('!'));
		await device.sync();
		expect(device.status().network).toBe('signed_out');
		expect(timers.waiting()).toEqual([]);
		expect(device.pending()).toHaveLength(1);

		authority.failure = null;
		await device.sync();
		expect(device.pending()).toEqual([]);
	});

	it('stops for good when the server does not want this device', async () => {
		const authority = aServer();
		authority.failure = new SendFailure('forbidden');
		const { device, timers } = await aPhone(authority);
		await device.perform(...rename('!'));
		await device.sync();
		const before = authority.requests.length;

		await device.sync();

		expect(authority.requests).toHaveLength(before);
		expect(device.status().network).toBe('stopped');
		expect(timers.waiting()).toEqual([]);
		expect(device.pending()).toHaveLength(1);
	});

	it('stops for good when its owner signed it off, and keeps what was not sent', async () => {
		const authority = aServer();
		const { device, timers, store } = await aPhone(authority);
		await device.sync();
		authority.failure = new SendFailure('revoked');
		await device.perform(...rename('!'));
		await device.sync();
		const before = authority.requests.length;

		await device.sync();

		expect(authority.requests).toHaveLength(before);
		expect(device.status().network).toBe('revoked');
		expect(timers.waiting()).toEqual([]);
		expect((await store.books()).outbox).toHaveLength(1);
	});

	it('backs off from a server that takes nothing and has nothing', async () => {
		const authority = aServer();
		const send: Send = async (request) => {
			const answer = await authority.send({ ...request, mutations: [] });
			return { ...answer, acks: [] };
		};
		const { device, timers } = await aPhone(authority, { send });
		await device.sync();

		await device.perform(...rename('!'));
		await device.sync();

		expect(device.status().network).toBe('offline');
		expect(timers.waiting()).toHaveLength(1);
		expect(device.pending()).toHaveLength(1);
	});

	it('reports a broken disk, keeps trying, and hides nothing from who waits', async () => {
		const authority = aServer();
		const disk = aDisk();
		const { device, timers, reported } = await aPhone(authority, { store: disk.open() });
		disk.failWrites(new Error('the disk is full'));

		await expect(device.sync()).rejects.toThrow('the disk is full');
		expect(timers.waiting()).toHaveLength(1);
		timers.fire();
		await quiet();
		expect(reported).toEqual([new Error('the disk is full')]);

		disk.failWrites(null);
		await device.sync();
		expect(await bikeShown(device)).toMatchObject({ model: 'Activa' });
	});

	it('is quiet once it is stopped', async () => {
		const authority = aServer();
		authority.failure = new SendFailure('offline');
		const { device, timers } = await aPhone(authority);
		await device.sync();

		await device.stop();
		await device.sync();

		expect(timers.waiting()).toEqual([]);
		expect(authority.requests).toHaveLength(1);
	});
});
