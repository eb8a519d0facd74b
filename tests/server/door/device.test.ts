import { beforeEach, describe, expect, it } from 'vitest';
import type { SyncRequest } from '#sync/protocol/sync.ts';
import { booking, type Booking } from '#sync/booking/entity.ts';
import { addMinutes } from '#sync/core/time.ts';
import { device } from '#server/db/device.ts';
import { sync } from '#server/domain/sync.ts';
import { asha, id, kiran, ravi } from '#tests/support/cast.ts';
import { aMutation, aWish, openDoor, type Door } from '#tests/support/door.ts';
import { aPort, installOfTests, type TestPort } from '#tests/support/ports.ts';

describe('a device that syncs', () => {
	let test: TestPort;
	let door: Door;
	beforeEach(async () => {
		test = await aPort('memory');
		door = await openDoor(test);
	});

	const request = (over: Partial<SyncRequest> = {}): SyncRequest => ({
		install: null,
		era: null,
		schema: 1,
		build: 'test',
		device: { id: id('device', 1), browserId: id('browser', 1) },
		pending: 0,
		cursors: {},
		mutations: [],
		...over,
	});
	const sent = (seq: number, mutation = aMutation('booking.request', aWish(), door.now)) => ({
		seq,
		text: JSON.stringify(mutation),
	});

	it('gets acks, documents and cursors in one answer, and its work settles there', async () => {
		const answer = await sync(door.world, asha, request({ mutations: [sent(1)] }));

		expect(answer.acks).toMatchObject([{ seq: 1, status: 'applied' }]);
		expect(answer.docs.bookings).toMatchObject([{ status: 'held', lines: [{ lineNo: 1 }] }]);
		for (const [scope, v] of Object.entries(answer.acks[0]?.effects ?? {}))
			expect(answer.cursors[scope]).toBeGreaterThanOrEqual(v);
	});

	it('is told where to go on when something before has not arrived', async () => {
		const answer = await sync(door.world, asha, request({ mutations: [sent(2)] }));

		expect(answer).toMatchObject({ gap: 1, lastSeq: 0, acks: [] });
		expect(await test.port.list(booking, {})).toEqual([]);
	});

	it('gets the first answers when the reply was lost and all is sent again', async () => {
		const mutations = [sent(1), sent(2)];

		const first = await sync(door.world, asha, request({ mutations }));
		const again = await sync(door.world, asha, request({ mutations }));

		expect(again.acks).toEqual(first.acks);
		expect(await test.port.list(booking, {})).toHaveLength(1);
	});

	it('has unreadable work consumed and refused, so that nothing waits behind it', async () => {
		const mutations = [{ seq: 1, text: 'not json' }, { seq: 2, text: '{"id":1}' }, sent(3)];

		const answer = await sync(door.world, asha, request({ mutations }));

		expect(answer.acks.map((each) => each.refusal ?? each.status)).toEqual([
			'not_understood',
			'not_understood',
			'applied',
		]);
		expect(answer.lastSeq).toBe(3);
	});

	it('belongs to one user and one browser', async () => {
		await sync(door.world, asha, request());

		await expect(sync(door.world, kiran, request())).rejects.toThrow('not_allowed');
	});

	it('of another data set has its work ignored and everything sent anew', async () => {
		const strange = request({ install: id('device', 9), era: 1, mutations: [sent(1)] });

		const answer = await sync(door.world, asha, strange);

		expect(answer).toMatchObject({ install: installOfTests, acks: [] });
		expect(await test.port.list(booking, {})).toEqual([]);
	});

	it('reads from the start again when the server was restored', async () => {
		const first = await sync(door.world, asha, request());

		const again = await sync(
			door.world,
			asha,
			request({ install: first.install, era: first.era + 1, cursors: first.cursors }),
		);

		expect(again.docs).toEqual(first.docs);
	});

	it('shows a worker the first name and the end of the phone number only', async () => {
		const held = await door.as(asha, 'booking.request', aWish());
		await door.as(asha, 'booking.confirm', { bookingId: String(held.ids?.['bookingId']) });

		const answer = await sync(door.world, ravi, request());
		const text = JSON.stringify(answer);

		expect(answer.docs.people).toMatchObject([{ name: 'Asha' }]);
		expect(text).not.toContain('Menon');
		expect(text).not.toContain('+919876500011');
	});

	it('is believed about when it was done, but never before its previous work', async () => {
		const earlier = addMinutes(door.now, -30);
		const held = await door.as(asha, 'booking.request', aWish());
		const bookingId = String(held.ids?.['bookingId']);
		await door.as(asha, 'booking.confirm', { bookingId });
		const receive = aMutation('booking.receive', { bookingId }, earlier);

		await sync(door.world, ravi, request({ mutations: [sent(1, receive)] }));

		const [row] = (await test.port.read(booking, [bookingId])) as unknown as Booking[];
		const [known] = await test.port.read(device, [id('device', 1)]);
		expect(row?.receivedAt).toBe(earlier);
		expect(known).toMatchObject({ lastEff: earlier, lastSeq: 1 });
	});
});
