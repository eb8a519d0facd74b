import { expect, it } from 'vitest';
import { booking } from '#sync/booking/entity.ts';
import { derivedIds } from '#sync/core/id.ts';
import { addMinutes } from '#sync/core/time.ts';
import { timer, type Timer } from '#sync/timer/entity.ts';
import { timersOn } from '#server/clock/timers.ts';
import type { MemoryPort } from '#server/db/memory.ts';
import { perform } from '#server/domain/perform.ts';
import { sync } from '#server/domain/sync.ts';
import { asha, kiran, monday } from '#tests/support/cast.ts';
import { aMember, aMutation, aWish, nextId, openDoor } from '#tests/support/door.ts';
import { aPort, inserted } from '#tests/support/ports.ts';
import { aRequest, sent, withdrawalOf } from '#tests/support/requests.ts';

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
	const moveTo = () => Promise.resolve();
	const timers = timersOn({ world: door.world, next, moveTo, newId: nextId });

	expect(await timers.run()).toBe(1);
	const [row] = await test.port.read(booking, [String(held.ids?.['bookingId'])]);
	expect(row).toMatchObject({ status: 'expired' });
});

it('runs a timer out once, in a few transactions, although somebody used up a thousand ids', async () => {
	const test = await aPort('memory');
	const door = await openDoor(test);
	const held = await door.as(asha, 'booking.request', aWish());
	const [waiting] = (await test.port.list(timer, { ranAt: null })) as unknown as Timer[];
	const { id, dueAt } = waiting as Timer;
	// Whoever made the hold can work out the timer's id, and all that would follow from it.
	const stolen = [id, ...Array.from({ length: 999 }, derivedIds(id, dueAt))];
	for (let from = 0; from < stolen.length; from += 50) {
		const mutations = stolen.slice(from, from + 50).map((each, index) => {
			const nothing = withdrawalOf({ ...aMutation('any', {}, door.now), id: each });
			return sent(from + index + 1, nothing);
		});
		await sync(door.world, asha, aRequest({ mutations }));
	}
	door.now = addMinutes(door.now, 11);
	let transactions = 0;
	let failing: number | null = null;
	const { port } = test;
	const transaction: typeof port.transaction = (work) => {
		transactions += 1;
		if (transactions === failing) throw new Error('the power is cut');
		return port.transaction(work);
	};
	const world = { ...door.world, port: { ...port, transaction } };
	const next = async (_by: string, except: readonly string[]) => {
		const rows = await port.list(timer, { ranAt: null });
		return rows.find((each) => !except.includes(each.id))?.id ?? null;
	};
	const moveTo = () => Promise.resolve();
	const timers = timersOn({ world, next, moveTo, newId: nextId });
	const expired = async () => {
		const log = (port as MemoryPort).state().log.values();
		return [...log].filter((each) => each.name === 'booking.expire');
	};

	failing = 4; // It is performed, and not yet marked.
	await expect(timers.run()).rejects.toThrow('timers failed');
	expect(transactions).toBe(4);
	expect(await expired()).toMatchObject([{ status: 'applied' }]);
	expect(await test.port.list(timer, { ranAt: null })).toMatchObject([{ id }]);

	expect(await timers.run()).toBe(1);
	expect(await expired()).toHaveLength(1);
	expect(await test.port.list(timer, { ranAt: null })).toEqual([]);
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
	const moveTo = () => Promise.resolve();
	const timers = timersOn({ world: door.world, next, moveTo, newId: nextId });

	await expect(timers.run()).rejects.toThrow('timers failed');
	const [row] = await test.port.read(booking, [String(held.ids?.['bookingId'])]);
	expect(row).toMatchObject({ status: 'expired' });
	expect(await test.port.list(timer, { ranAt: null })).toMatchObject([{ name: 'bike.paint' }]);
});
