import { beforeEach, describe, expect, it } from 'vitest';
import type { SyncRequest } from '#sync/protocol/sync.ts';
import { booking, type Booking } from '#sync/booking/entity.ts';
import type { Actor } from '#sync/core/actor.ts';
import { scopeOf } from '#sync/core/scope.ts';
import { addMinutes } from '#sync/core/time.ts';
import { device } from '#server/db/device.ts';
import { sync } from '#server/domain/sync.ts';
import {
	asha,
	id,
	imran,
	kiran,
	lakshmi,
	lakshmiMotors,
	meena,
	ravi,
} from '#tests/support/cast.ts';
import { aMutation, aWish, openDoor, type Door } from '#tests/support/door.ts';
import { aPort, installOfTests, type TestPort } from '#tests/support/ports.ts';
import { aNewBike } from '#tests/support/requests.ts';

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
		asking: [],
		seen: [],
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

	it.each([
		['a NUL in what it says', { args: { make: '\0' } }],
		['half a surrogate pair in what it says', { args: { '\ud800': 1 } }],
		['a time before there were years', { at: { wall: '0000-01-01T00:00:00.000Z' } }],
		['a time at the end of all years', { at: { wall: '9999-12-31T23:59:59.999Z' } }],
	])('has work with %s consumed and refused', async (_what, over) => {
		const base = aMutation('bike.polish', {}, door.now);
		const odd = { ...base, ...over, at: { ...base.at, ...('at' in over ? over.at : {}) } };

		const mutations = [{ seq: 1, text: JSON.stringify(odd) }, sent(2)];
		const answer = await sync(door.world, asha, request({ mutations }));

		expect(answer.acks.map((each) => each.refusal ?? each.status)).toEqual([
			'not_understood',
			'applied',
		]);
	});

	it('learns nothing of a scope that it could never follow, not even ids', async () => {
		const held = await door.as(asha, 'booking.request', aWish());
		await door.as(asha, 'booking.confirm', { bookingId: String(held.ids?.['bookingId']) });
		const { install, era } = await sync(door.world, kiran, request());
		const office = scopeOf.office(lakshmiMotors);

		const cursors = { [office]: 0, [scopeOf.floor(lakshmiMotors)]: 0 };
		const answer = await sync(door.world, kiran, request({ install, era, cursors }));

		expect(answer.gone).toEqual([]);
		expect(answer.scopes.dropped).toContain(office);
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

	it('from before a restore is not taken at its word: what it says comes again, in the new era', async () => {
		const { install, era } = await sync(door.world, asha, request());
		const straggler = request({ install, era: era + 1, mutations: [sent(1)] });

		const answer = await sync(door.world, asha, straggler);

		expect(answer).toMatchObject({ era, acks: [], lastSeq: 0 });
		expect(await test.port.list(booking, {})).toEqual([]);
		const again = { ...straggler, era };
		expect((await sync(door.world, asha, again)).acks).toMatchObject([{ status: 'applied' }]);
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

	it('did what it sends again when it was taken first, however late the repeat comes', async () => {
		const wrongClock = addMinutes(door.now, 60);
		const first = aMutation('vehicle.add', aNewBike(), wrongClock);
		const second = aMutation('vehicle.add', aNewBike(), wrongClock);
		const taken = door.now;
		await sync(door.world, asha, request({ pending: 2, mutations: [sent(1, first)] }));

		door.now = addMinutes(door.now, 10);
		await sync(door.world, asha, request({ pending: 2, mutations: [sent(1, first)] }));
		expect(await test.port.list(device, {})).toMatchObject([{ lastEff: taken }]);

		const both = [sent(1, first), sent(2, second)];
		await sync(door.world, asha, request({ mutations: both }));
		const [entry] = await test.port.entries([second.id]);
		expect(entry).toMatchObject({ effLo: taken, eff: door.now });
	});

	it('is believed after a gap, too: what met it had not left the phone', async () => {
		const bikeAt = (minutes: number) =>
			aMutation('vehicle.add', aNewBike(), addMinutes(door.now, minutes));
		const [first, second, third] = [bikeAt(0), bikeAt(30), bikeAt(60)];
		await sync(door.world, asha, request({ mutations: [sent(1, first)] }));
		door.now = addMinutes(door.now, 120);
		const met = await sync(door.world, asha, request({ mutations: [sent(3, third)] }));
		expect(met.gap).toBe(2);
		expect(await test.port.list(device, {})).toMatchObject([{ pendingReported: 1 }]);

		door.now = addMinutes(door.now, 1);
		await sync(door.world, asha, request({ mutations: [sent(2, second), sent(3, third)] }));

		const entries = await test.port.entries([second.id, third.id]);
		expect(entries.map((each) => each.eff)).toEqual([second.at.wall, third.at.wall]);
		const [row] = await test.port.list(device, {});
		expect(row).toMatchObject({ pendingReported: 0, emptyAt: door.now });
	});

	it('on which nothing waits at its first contact did nothing before that', async () => {
		const before = aMutation('vehicle.add', aNewBike(), addMinutes(door.now, -30));
		await sync(door.world, asha, request());

		await sync(door.world, asha, request({ mutations: [sent(1, before)] }));

		expect(await test.port.entries([before.id])).toMatchObject([{ eff: door.now }]);
	});

	it('of a customer or a colleague is not told why a worker declined', async () => {
		const held = await door.as(asha, 'booking.request', aWish());
		await door.as(asha, 'booking.confirm', { bookingId: String(held.ids?.['bookingId']) });
		const jobId = String(held.ids?.['jobId']);
		const reason = 'his brother owes me money';
		for (const actor of [ravi, meena, imran])
			await door.as(actor, 'job.decline', { jobId, reason });
		await door.as(ravi, 'job.accept', { jobId });

		const told = async (actor: Actor, n: number) => {
			const mine = { id: id('device', n), browserId: id('browser', n) };
			return JSON.stringify(await sync(door.world, actor, request({ device: mine })));
		};
		const [hers, his, theirs] = [
			await told(asha, 31),
			await told(ravi, 32),
			await told(lakshmi, 33),
		];

		expect(hers).not.toContain(reason);
		expect(his).not.toContain(reason);
		expect(theirs).toContain(reason);
	});
});
