import { beforeEach, describe, expect, it, vi } from 'vitest';
import { scopeOf } from '#sync/core/scope.ts';
import { addMs, hourMs } from '#sync/core/time.ts';
import type { PullPage } from '#server/db/port.ts';
import { actorOf } from '#server/domain/access.ts';
import { sync } from '#server/domain/sync.ts';
import { asha, lakshmiMotors, ravi } from '#tests/support/cast.ts';
import { aWish, openDoor, type Door } from '#tests/support/door.ts';
import { looksAt, userOf } from '#tests/support/looks.ts';
import { aPort, type TestPort } from '#tests/support/ports.ts';
import { aRequest, endGrants, sent } from '#tests/support/requests.ts';

let test: TestPort;
let door: Door;
beforeEach(async () => {
	test = await aPort('memory');
	door = await openDoor(test);
});
const { aTap } = looksAt(() => ({ test, door }));

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

describe('catalogues that are not followed any more', () => {
	it('are told by their ids, and not read for that however many are named', async () => {
		const { install, era } = await sync(door.world, asha, aRequest());
		const named = scopeOf.catalog(lakshmiMotors);
		await test.port.transaction((tx) =>
			tx.stamp(
				[{ scope: named, collection: 'shops', id: lakshmiMotors, gone: null }],
				[],
				door.now,
			),
		);
		const pull = vi.spyOn(test.port, 'pull');

		const { gone, docs } = await sync(
			door.world,
			asha,
			aRequest({ install, era, cursors: { [named]: 1 } }),
		);

		expect(gone).toEqual([{ collection: 'shops', id: lakshmiMotors, reason: 'moved' }]);
		expect(docs.shops).toBeUndefined();
		const pages: PullPage[] = [];
		for (const { value } of pull.mock.results) pages.push((await value) as PullPage);
		expect(pages.some(({ changes }) => changes.some(({ id }) => id === lakshmiMotors))).toBe(true);
		for (const { rows } of pages) expect(rows['shop'] ?? []).toEqual([]);
	});
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
