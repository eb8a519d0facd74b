import { expect, it } from 'vitest';
import { booking } from '#sync/booking/entity.ts';
import { addMinutes } from '#sync/core/time.ts';
import { timer, type Timer } from '#sync/timer/entity.ts';
import { timersOn } from '#server/clock/timers.ts';
import { perform } from '#server/domain/perform.ts';
import { asha, kiran, monday } from '#tests/support/cast.ts';
import { aMember, aMutation, aWish, nextId, openDoor } from '#tests/support/door.ts';
import { aPort, inserted } from '#tests/support/ports.ts';

it('runs a timer out although somebody worked out its id and used it up before', async () => {
	const test = await aPort('memory');
	const door = await openDoor(test);
	const held = await door.as(asha, 'booking.request', aWish());
	const [waiting] = await test.port.list(timer, { ranAt: null });
	const id = String(waiting?.id);
	const bike = { registrationNumber: 'KA01AB0001', make: 'TVS', model: 'Apache', class: 'sport' };
	const thief = { ...aMutation('vehicle.add', bike, door.now), id };
	await perform(door.world, [aMember(kiran, thief)]);

	door.now = addMinutes(door.now, 11);
	const next = async (_by: string, except: readonly string[]) => {
		const rows = await test.port.list(timer, { ranAt: null });
		return rows.find((each) => !except.includes(each.id))?.id ?? null;
	};
	const timers = timersOn({ world: door.world, next, moveTo: () => Promise.resolve() });

	expect(await timers.run()).toBe(1);
	const [row] = await test.port.read(booking, [String(held.ids?.['bookingId'])]);
	expect(row).toMatchObject({ status: 'expired' });
});

it('lets no timer that fails keep the others waiting, and says that it failed', async () => {
	const test = await aPort('memory');
	const door = await openDoor(test);
	const held = await door.as(asha, 'booking.request', aWish());
	const [waiting] = (await test.port.list(timer, { ranAt: null })) as unknown as Timer[];
	const unknown = { ...waiting, id: nextId(), key: 'broken', name: 'bike.paint', dueAt: monday };
	await test.write(inserted(timer, unknown));

	door.now = addMinutes(door.now, 11);
	const next = async (by: string, except: readonly string[]) => {
		const rows = (await test.port.list(timer, { ranAt: null })) as unknown as Timer[];
		const due = rows.filter((each) => each.dueAt <= by && !except.includes(each.id));
		return due.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))[0]?.id ?? null;
	};
	const timers = timersOn({ world: door.world, next, moveTo: () => Promise.resolve() });

	await expect(timers.run()).rejects.toThrow('timers failed');
	const [row] = await test.port.read(booking, [String(held.ids?.['bookingId'])]);
	expect(row).toMatchObject({ status: 'expired' });
	expect(await test.port.list(timer, { ranAt: null })).toMatchObject([{ name: 'bike.paint' }]);
});
