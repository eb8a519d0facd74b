import { beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '#sync/core/actor.ts';
import { addMs, hourMs } from '#sync/core/time.ts';
import { actorOf } from '#server/domain/access.ts';
import { sync } from '#server/domain/sync.ts';
import { asha, lakshmiMotors, ravi } from '#tests/support/cast.ts';
import { aMutation, aWish, openDoor, type Door } from '#tests/support/door.ts';
import { aPort, type TestPort } from '#tests/support/ports.ts';
import { aNewBike, aRequest, endGrants, sent } from '#tests/support/requests.ts';

let test: TestPort;
let door: Door;
beforeEach(async () => {
	test = await aPort('memory');
	door = await openDoor(test);
});

const aTap = () => aMutation('vehicle.add', aNewBike(), door.now);
const userOf = (actor: Actor) => String(actor.userId);

describe('an app of another version', () => {
	beforeEach(async () => {
		const held = await door.as(asha, 'booking.request', aWish());
		await door.as(asha, 'booking.confirm', { bookingId: String(held.ids?.['bookingId']) });
	});

	it.each([
		[2, true],
		[1, false],
	])('that knows shape %d is told documents of that shape', async (schema, hasMarks) => {
		const { docs, outdated } = await sync(door.world, asha, aRequest({ schema }));

		expect(outdated).toBeUndefined();
		expect(docs.bookings).toHaveLength(1);
		expect('readMarks' in (docs.bookings?.[0] ?? {})).toBe(hasMarks);
	});

	it.each([3, 999])(
		'of shape %d, which nobody tells, sends and is told no documents',
		async (schema) => {
			const { install, era, cursors } = await sync(door.world, asha, aRequest());
			const known = Object.fromEntries(Object.keys(cursors).map((each) => [each, 1]));
			const mutations = [sent(1, aTap())];

			const answer = await sync(
				door.world,
				asha,
				aRequest({ install, era, schema, cursors: known, mutations }),
			);

			expect(answer).toMatchObject({
				outdated: true,
				acks: [{ seq: 1, status: 'applied' }],
				docs: {},
				gone: [],
				cursors: known,
				scopes: { added: [], dropped: [] },
				more: false,
			});
		},
	);
});

describe('a cursor that says nothing any more', () => {
	const everything = async () => sync(door.world, asha, aRequest());

	it('is told to be stale, with no documents, and work is taken all the same', async () => {
		const { install, era, cursors } = await everything();
		const above = Object.fromEntries(Object.keys(cursors).map((each) => [each, 1_000_000]));

		const answer = await sync(
			door.world,
			asha,
			aRequest({ install, era, cursors: above, mutations: [sent(1, aTap())] }),
		);

		expect(answer).toMatchObject({
			stale: true,
			acks: [{ status: 'applied' }],
			docs: {},
			gone: [],
			cursors: above,
			more: false,
		});
	});

	it('is stale also in a scope that has been lost meanwhile', async () => {
		const held = await door.as(asha, 'booking.request', aWish());
		await door.as(asha, 'booking.confirm', { bookingId: String(held.ids?.['bookingId']) });
		const { install, era, cursors } = await sync(door.world, ravi, aRequest());
		await endGrants(test, ravi, addMs(door.now, -hourMs));
		const actor = await actorOf(test.port, userOf(ravi));
		const floor = `shop:${lakshmiMotors}:floor`;

		const ask = (v: number) =>
			sync(door.world, actor, aRequest({ install, era, cursors: { ...cursors, [floor]: v } }));

		expect((await ask(1_000_000)).stale).toBe(true);
		expect((await ask(cursors[floor] ?? 0)).stale).toBeUndefined();
	});

	it('of nothing read yet is never stale', async () => {
		expect((await everything()).stale).toBeUndefined();
	});
});
