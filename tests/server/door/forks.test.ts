import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Mutation } from '#sync/protocol/sync.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import { device } from '#server/db/device.ts';
import { perform } from '#server/domain/perform.ts';
import { sync } from '#server/domain/sync.ts';
import { customerIdOf } from '#tests/support/builders.ts';
import { asha, id, kiran } from '#tests/support/cast.ts';
import { aMember, aMutation, openDoor, type Door } from '#tests/support/door.ts';
import { aPort, ports, type TestPort } from '#tests/support/ports.ts';
import { aNewBike, aRequest, sent, withdrawalOf } from '#tests/support/requests.ts';

describe.each(ports)('the numbers of a device on %s', (kind) => {
	let test: TestPort;
	let door: Door;
	beforeAll(async () => {
		test = await aPort(kind);
	});
	beforeEach(async () => {
		await test.empty();
		door = await openDoor(test);
	});
	afterAll(() => test.close());

	const aTap = () => aMutation('vehicle.add', aNewBike(), door.now);
	const pushed = (...mutations: (readonly [seq: number, mutation: Mutation])[]) =>
		sync(
			door.world,
			asha,
			aRequest({ mutations: mutations.map(([seq, mutation]) => sent(seq, mutation)) }),
		);
	const bikes = async () =>
		(await test.port.list(vehicle, { customerId: customerIdOf(asha) })).length - 1;
	const lastSeq = async () => (await test.port.read(device, [id('device', 1)]))[0]?.['lastSeq'];

	it('tell a fork: a copy of the phone used one for something else', async () => {
		const [first, second, third] = [aTap(), aTap(), aTap()];
		await pushed([1, first], [2, second]);

		const answer = await pushed([1, first], [2, third], [3, aTap()]);

		expect(answer).toMatchObject({ forked: true, lastSeq: 2, acks: [{ seq: 1, id: first.id }] });
		expect(answer.gap).toBeUndefined();
		expect(await bikes()).toBe(2);
		expect(await test.port.entries([third.id])).toEqual([]);
	});

	it('let the copy go on under an id of its own, with nothing done twice', async () => {
		const [first, second, third] = [aTap(), aTap(), aTap()];
		await pushed([1, first], [2, second]);
		const other = { id: id('device', 2), browserId: id('browser', 1) };

		const mutations = [sent(1, second), sent(2, third)];
		const answer = await sync(door.world, asha, aRequest({ device: other, mutations }));

		expect(answer.acks).toMatchObject([
			{ seq: 1, id: second.id, status: 'applied' },
			{ seq: 2, id: third.id, status: 'applied' },
		]);
		expect(answer.lastSeq).toBe(2);
		expect(await bikes()).toBe(3);
	});

	it('tell a fork inside one batch, where two things have one number', async () => {
		const answer = await pushed([1, aTap()], [2, aTap()], [2, aTap()], [3, aTap()]);

		expect(answer).toMatchObject({ forked: true, lastSeq: 2 });
		expect(answer.acks).toHaveLength(2);
	});

	it('are judged under the lock, too, when the copy comes at the same moment', async () => {
		const known = aTap();
		await pushed([1, known]);
		const late = aMember(asha, aTap(), { device: { id: id('device', 1), seq: 1 } });

		await expect(perform(door.world, [late])).rejects.toMatchObject({ name: 'Forked' });

		expect(await bikes()).toBe(1);
		expect(await lastSeq()).toBe(1);
	});

	it('may have a hole: what comes before it is taken, what comes after it is not', async () => {
		const answer = await pushed([1, aTap()], [2, aTap()], [4, aTap()]);

		expect(answer).toMatchObject({ gap: 3, lastSeq: 2 });
		expect(answer.acks.map((each) => each.seq)).toEqual([1, 2]);
		expect(await bikes()).toBe(2);
		expect(await lastSeq()).toBe(2);
	});

	it('of repeats may come with new ones', async () => {
		const [first, second] = [aTap(), aTap()];
		await pushed([1, first]);

		const answer = await pushed([1, first], [2, second]);

		expect(answer.forked).toBeUndefined();
		expect(answer.acks.map((each) => each.status)).toEqual(['applied', 'applied']);
		expect(await bikes()).toBe(2);
	});

	it('are used up by what was taken back before it was sent, and nothing else happens', async () => {
		const tap = aTap();

		const answer = await pushed([1, withdrawalOf(tap)], [2, aTap()]);

		expect(answer.acks).toMatchObject([
			{ seq: 1, id: tap.id, status: 'noop', effects: {} },
			{ seq: 2, status: 'applied' },
		]);
		expect(await bikes()).toBe(1);
	});

	it('tell what became of a tap that was taken back too late', async () => {
		const tap = aTap();
		const [first] = (await pushed([1, tap])).acks;

		const answer = await pushed([1, withdrawalOf(tap)]);

		expect(answer.acks).toEqual([first]);
		expect(answer.forked).toBeUndefined();
	});

	it('tell nobody what became of the tap of another', async () => {
		const tap = aTap();
		await pushed([1, tap]);
		const his = { id: id('device', 2), browserId: id('browser', 2) };

		const mutations = [sent(1, withdrawalOf(tap))];
		const answer = await sync(door.world, kiran, aRequest({ device: his, mutations }));

		expect(answer.acks).toMatchObject([{ status: 'refused', refusal: 'key_reused', effects: {} }]);
		expect(answer.lastSeq).toBe(1);
	});

	it('are used up by a withdrawal that says more than that', async () => {
		const tap = aTap();
		const odd = { ...withdrawalOf(tap), args: { really: true } };

		const answer = await pushed([1, odd]);

		expect(answer.acks).toMatchObject([{ status: 'refused', refusal: 'not_understood' }]);
		expect(answer.lastSeq).toBe(1);
	});
});
