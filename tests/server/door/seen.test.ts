import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReadMark } from '#sync/booking/read-mark.ts';
import { booking, type Booking } from '#sync/booking/entity.ts';
import { readMark } from '#sync/booking/read-mark.ts';
import type { Actor } from '#sync/core/actor.ts';
import { addMinutes } from '#sync/core/time.ts';
import { sync } from '#server/domain/sync.ts';
import { asha, everybody, id, joseph, kiran, lakshmi, ravi } from '#tests/support/cast.ts';
import { aWish, openDoor, type Door } from '#tests/support/door.ts';
import { aPort, ports, type TestPort } from '#tests/support/ports.ts';
import { aRequest } from '#tests/support/requests.ts';

describe.each(ports)('a visit that was on a screen, on %s', (kind) => {
	let test: TestPort;
	let door: Door;
	let bookingId: string;
	beforeAll(async () => {
		test = await aPort(kind);
	});
	beforeEach(async () => {
		await test.empty();
		door = await openDoor(test);
		const held = await door.as(asha, 'booking.request', aWish());
		bookingId = String(held.ids?.['bookingId']);
		await door.as(asha, 'booking.confirm', { bookingId });
	});
	afterAll(() => test.close());

	const saw = (actor: Actor, bookingVersion: number, jobVersion: number) => {
		const n = Object.values(everybody).indexOf(actor) + 1;
		const device = { id: id('device', n), browserId: id('browser', n) };
		return sync(
			door.world,
			actor,
			aRequest({ device, seen: [{ bookingId, bookingVersion, jobVersion }] }),
		);
	};
	const visit = async () =>
		((await test.port.read(booking, [bookingId])) as unknown as Booking[])[0] as Booking;
	const marks = async () =>
		(await test.port.list(readMark, { bookingId })) as unknown as ReadMark[];

	it('is marked for the other side, in the same answer and without a new version', async () => {
		const before = await visit();

		const answer = await saw(ravi, before.version, 1);

		expect(answer.docs.bookings).toMatchObject([
			{
				id: bookingId,
				version: before.version,
				readMarks: [{ side: 'shop', bookingVersion: before.version, jobVersion: 1, at: door.now }],
			},
		]);
		expect(await visit()).toEqual(before);
	});

	it('has one mark for each side, whoever of the shop looked', async () => {
		const { version } = await visit();
		await saw(ravi, version, 1);
		await saw(lakshmi, version, 1);
		await saw(asha, version, 1);

		expect((await marks()).map((each) => each.side).toSorted()).toEqual(['customer', 'shop']);
	});

	it('is marked anew only when it was newer, and told only then', async () => {
		const { version } = await visit();
		await saw(asha, version, 0);
		const first = await marks();
		door.now = addMinutes(door.now, 5);
		door.poked.length = 0;

		await saw(asha, version, 0);
		await saw(asha, version - 1, 0);
		expect(await marks()).toEqual(first);
		expect(door.poked).toEqual([]);

		await saw(asha, version, 1);
		expect(await marks()).toMatchObject([{ jobVersion: 1, at: door.now }]);
		expect(door.poked).not.toEqual([]);
	});

	it('cannot have been newer than it is', async () => {
		await saw(asha, 1_000_000, 1_000_000);

		const [mark] = await marks();
		expect(mark?.bookingVersion).toBe((await visit()).version);
		expect(mark?.jobVersion).toBeLessThan(1_000);
	});

	it('costs a line of the log for each state that it really had, whatever a phone makes up', async () => {
		const { version } = await visit();
		const lines = async () => {
			const forged = Array.from({ length: 20 }, (_, n) => ({
				bookingId: n % 2 === 0 ? bookingId : id('booking', 900 + n),
				bookingVersion: 1_000 + n,
				jobVersion: 1_000 + n,
			}));
			let claimed = 0;
			const { port } = test;
			const transaction: typeof port.transaction = (work) =>
				port.transaction((tx) =>
					work({
						...tx,
						async claim(claims) {
							const fresh = await tx.claim(claims);
							claimed += fresh.size;
							return fresh;
						},
					}),
				);
			await sync(
				{ ...door.world, port: { ...port, transaction } },
				asha,
				aRequest({ seen: forged }),
			);
			return claimed;
		};

		expect(await lines()).toBe(1);
		expect(await marks()).toMatchObject([{ bookingVersion: version }]);
		expect(await lines()).toBe(0);
	});

	it.each([
		['another customer', kiran],
		['another shop', joseph],
	])('cannot have been on a screen of %s', async (_who, actor) => {
		const answer = await saw(actor, 1, 1);

		expect(await marks()).toEqual([]);
		expect(answer.docs.bookings ?? []).toEqual([]);
	});

	it('cannot have been on a screen of the shop before it was confirmed', async () => {
		const held = await door.as(kiran, 'booking.request', {
			...aWish({ vehicleId: id('vehicle', 12), startAt: addMinutes(door.now, 180) }),
		});
		bookingId = String(held.ids?.['bookingId']);

		await saw(ravi, 1, 1);

		expect(await marks()).toEqual([]);
	});
});
