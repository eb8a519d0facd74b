import { beforeEach, describe, expect, it } from 'vitest';
import { booking, type Booking } from '#sync/booking/entity.ts';
import type { AnyMutator } from '#sync/core/mutator.ts';
import { Rejection } from '#sync/core/rejection.ts';
import { addMinutes, addMs, dayMs, type Instant } from '#sync/core/time.ts';
import { job } from '#sync/job/entity.ts';
import { mutators } from '#sync/registry.ts';
import type { PortTransaction } from '#server/db/port.ts';
import { actorOf } from '#server/domain/access.ts';
import { revoke } from '#server/domain/devices.ts';
import { replayOfParked } from '#server/domain/replay.ts';
import { sync } from '#server/domain/sync.ts';
import { asha, id, ravi } from '#tests/support/cast.ts';
import { aMutation, aWish, openDoor, type Door } from '#tests/support/door.ts';
import { looksAt, userOf } from '#tests/support/looks.ts';
import { aPort, type TestPort } from '#tests/support/ports.ts';
import { aCaller, aRequest, endGrants, sent } from '#tests/support/requests.ts';

const known = mutators as Record<string, AnyMutator>;

let test: TestPort;
let door: Door;
beforeEach(async () => {
	test = await aPort('memory');
	door = await openDoor(test);
});
const { aTap, bikesOf, theDevice } = looksAt(() => ({ test, door }));

/** Runs something between two commits of the door. */
function afterCommit(nth: number, what: () => Promise<unknown>): void {
	const { port } = test;
	let count = 0;
	let busy = false;
	const world = door.world as { port: typeof port };
	world.port = {
		...port,
		transaction: async <T>(work: (tx: PortTransaction) => Promise<T>): Promise<T> => {
			const result = await port.transaction(work);
			if (busy) return result;
			count += 1;
			if (count !== nth) return result;
			busy = true;
			await what();
			busy = false;
			return result;
		},
	};
}

describe('in the middle of a batch', () => {
	/** Three transactions, because what places work goes alone: a bike, a wish, another bike. */
	const batch = () => {
		const wish = aMutation('booking.request', aWish(), door.now);
		return [aTap(), wish, aTap()].map((each, index) => sent(index + 1, each));
	};
	const request = (mutations: ReturnType<typeof batch>) => aRequest({ mutations });

	it('a session that ends leaves what was done, and nothing is done twice later', async () => {
		let asked = 0;
		const isSignedIn = async () => (asked += 1) < 2;
		const mutations = batch();

		const cut = sync(door.world, asha, request(mutations), aCaller({ isSignedIn }));
		await expect(cut).rejects.toThrow(new Rejection('not_signed_in'));
		expect(await bikesOf(asha)).toBe(1);
		expect(await theDevice()).toMatchObject({ lastSeq: 2 });

		const answer = await sync(door.world, asha, request(mutations), aCaller());
		expect(answer.acks.map((each) => each.status)).toEqual(['applied', 'applied', 'applied']);
		expect(await bikesOf(asha)).toBe(2);
	});

	it('a device that is signed off leaves what was done, and the rest is not taken', async () => {
		await sync(door.world, asha, aRequest(), aCaller());
		afterCommit(1, () => revoke(door.world, userOf(asha), id('device', 1)));

		const cut = sync(door.world, asha, request(batch()), aCaller());

		await expect(cut).rejects.toThrow('device_revoked');
		expect(await bikesOf(asha)).toBe(1);
		expect(await theDevice()).toMatchObject({ lastSeq: 1 });
	});

	it('a role that ends is no role for the rest, and what it showed is not told', async () => {
		await sync(door.world, asha, aRequest(), aCaller());
		afterCommit(1, () => endGrants(test, asha, door.now));

		const answer = await sync(door.world, asha, request(batch()), aCaller());

		expect(answer.acks.map((each) => each.refusal ?? each.status)).toEqual([
			'applied',
			'not_allowed',
			'not_allowed',
		]);
		expect(await bikesOf(asha)).toBe(1);
		expect(answer.docs).toEqual({});
	});
});

describe('a worker who has left the shop', () => {
	let visit: { bookingId: string; jobId: string };
	beforeEach(async () => {
		const held = await door.as(asha, 'booking.request', aWish());
		visit = { bookingId: String(held.ids?.['bookingId']), jobId: String(held.ids?.['jobId']) };
		await door.as(asha, 'booking.confirm', { bookingId: visit.bookingId });
		await sync(door.world, ravi, aRequest(), aCaller());
	});

	/** He comes online so many days later, with what he did and when. */
	const comesBack = async (days: number, name: string, args: object, doneAt: Instant) => {
		const mutations = [sent(1, aMutation(name, args, doneAt))];
		door.now = addMs(door.now, days * dayMs);
		const actor = await actorOf(test.port, userOf(ravi));
		return sync(door.world, actor, aRequest({ mutations }), aCaller());
	};
	const status = async () =>
		((await test.port.read(booking, [visit.bookingId])) as unknown as Booking[])[0]?.status;

	it('is heard for what he did before, for seven days, and told nothing of the shop', async () => {
		const { install, era, cursors } = await sync(door.world, ravi, aRequest(), aCaller());
		const doneAt = addMinutes(door.now, 30);
		await endGrants(test, ravi, addMinutes(door.now, 60));
		const mutations = [
			sent(1, aMutation('booking.receive', { bookingId: visit.bookingId }, doneAt)),
		];
		door.now = addMs(door.now, 6 * dayMs);
		const actor = await actorOf(test.port, userOf(ravi));

		const answer = await sync(
			door.world,
			actor,
			aRequest({ install, era, cursors, mutations }),
			aCaller(),
		);

		expect(answer.acks).toMatchObject([{ status: 'applied' }]);
		expect(await status()).toBe('received');
		expect(answer.docs).toEqual({});
		expect(answer.cursors).toEqual({});
		expect(answer.gone.length).toBeGreaterThan(0);
		expect(answer.gone.every((each) => each.reason === 'moved')).toBe(true);
		for (const secret of ['Asha', '0011', 'KA51AB1111'])
			expect(JSON.stringify(answer)).not.toContain(secret);
	});

	it('is not heard for what he did after it', async () => {
		await endGrants(test, ravi, addMinutes(door.now, 60));

		const { acks } = await comesBack(
			1,
			'booking.receive',
			{ bookingId: visit.bookingId },
			addMinutes(door.now, 61),
		);

		expect(acks).toMatchObject([{ status: 'refused', refusal: 'not_allowed' }]);
		expect(await status()).toBe('confirmed');
	});

	it('is not believed to have done it more than seven days ago', async () => {
		const doneAt = addMinutes(door.now, 30);
		await endGrants(test, ravi, addMinutes(door.now, 60));

		const { acks } = await comesBack(8, 'booking.receive', { bookingId: visit.bookingId }, doneAt);

		expect(acks).toMatchObject([{ status: 'refused', refusal: 'not_allowed' }]);
		expect(await status()).toBe('confirmed');
	});

	describe('and sends it from a phone', () => {
		/** He says four days later on some phone that he received the bike before he left. */
		const says = async (n: number) => {
			const { bookingId } = visit;
			const report = aMutation('booking.receive', { bookingId }, addMinutes(door.now, 20));
			await endGrants(test, ravi, addMinutes(door.now, 60));
			door.now = addMs(door.now, 4 * dayMs);
			return pushes(n, [sent(1, report)]);
		};
		const pushes = async (n: number, mutations: ReturnType<typeof sent>[]) => {
			const actor = await actorOf(test.port, userOf(ravi));
			const own = { id: id('device', n), browserId: id('browser', n) };
			return sync(door.world, actor, aRequest({ device: own, mutations }), aCaller());
		};

		it('that was known by then is believed', async () => {
			expect((await says(1)).acks).toMatchObject([{ status: 'applied' }]);
		});

		it('that was made up since is not', async () => {
			expect((await says(2)).acks).toMatchObject([{ status: 'refused', refusal: 'not_allowed' }]);
			expect(await status()).toBe('confirmed');
		});

		it('on which nothing waited after he left is not', async () => {
			const leftAt = addMinutes(door.now, 20);
			await endGrants(test, ravi, leftAt);
			const report = aMutation('booking.receive', { bookingId: visit.bookingId }, door.now);
			door.now = addMinutes(leftAt, 30);
			await pushes(1, []);
			door.now = addMs(door.now, 4 * dayMs);

			const { acks } = await pushes(1, [sent(1, report)]);

			expect(acks).toMatchObject([{ status: 'refused', refusal: 'not_allowed' }]);
		});
	});

	it('is not believed without a phone', async () => {
		const doneAt = addMinutes(door.now, 20);
		await endGrants(test, ravi, addMinutes(door.now, 60));
		door.now = addMinutes(door.now, 120);
		const actor = await actorOf(test.port, userOf(ravi));

		const outcome = await door.reported(actor, 'booking.receive', visit, doneAt);

		expect(outcome).toMatchObject({ status: 'refused', refusal: 'not_allowed' });
	});

	it('is judged by his phone also when what he did was parked', async () => {
		const name = 'booking.welcome';
		const receive = known['booking.receive'] as AnyMutator;
		const doneAt = addMinutes(door.now, 30);
		await endGrants(test, ravi, addMinutes(door.now, 60));
		const { acks } = await comesBack(1, name, { bookingId: visit.bookingId }, doneAt);
		expect(acks).toMatchObject([{ status: 'parked' }]);
		known[name] = { ...receive, name };
		try {
			expect(await replayOfParked(door.world)()).toBe(1);
		} finally {
			delete known[name];
		}
		expect(await status()).toBe('received');
	});

	it('may ask for nothing any more, whenever he says he asked', async () => {
		const askedAt = addMinutes(door.now, 30);
		await endGrants(test, ravi, addMinutes(door.now, 60));
		const before = await test.port.read(job, [visit.jobId]);

		const { acks } = await comesBack(1, 'job.accept', { jobId: visit.jobId }, askedAt);

		expect(acks).toMatchObject([{ status: 'refused', refusal: 'not_allowed' }]);
		expect(await test.port.read(job, [visit.jobId])).toEqual(before);
	});
});
