/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- `ask` has checked every answer against its route's schema. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { derivedIds } from '#sync/core/id.ts';
import type { Ack, SyncRequest } from '#sync/protocol/sync.ts';
import { bikeOf } from '#server/demo/people.ts';
import { idOf, shopId } from '#server/demo/cast.ts';
import { aServer, type TestServer } from '#tests/support/app.ts';
import { aRequest, sent } from '#tests/support/requests.ts';
import { aTap, nested, texts, wrong, type Wire } from './nonsense.ts';

let server: TestServer;
beforeAll(async () => {
	server = await aServer();
});
afterAll(() => server.close());

const asha = 121;
const kiran = 122;
const aDevice = () => ({ id: randomUUID(), browserId: randomUUID() });
const post = (as: number, over: Partial<Wire> | string) =>
	server.ask('POST', '/api/sync', {
		as,
		body: typeof over === 'string' ? over : { ...aRequest({ device: aDevice() }), ...over },
	});
const aService = async (): Promise<string> =>
	(await server.ask('GET', `/api/shops/${shopId(1)}`)).body.services[0].id;

const statusesOf = (body: unknown) => (body as { acks: Ack[] }).acks.map((each) => each.status);

/** After whatever was sent, honest work of the same device goes through. */
async function worksOn(as: number, device: SyncRequest['device'], seq: number): Promise<void> {
	const { status, body } = await post(as, { device, mutations: [sent(seq, aTap())] });
	expect(status).toBe(200);
	expect(body.acks).toMatchObject([{ seq, status: 'applied' }]);
	expect(body.lastSeq).toBe(seq);
}

describe('a request that is refused whole', () => {
	it.each(wrong)('for %s is answered %d, and the device works on', async (_what, status, over) => {
		const device = aDevice();
		const asked = typeof over === 'string' ? over : { device, ...over };

		const answered = await post(asha, asked);

		expect(answered.status).toBe(status);
		await worksOn(asha, device, 1);
	});

	it('is one that somebody else sent, word for word: nothing of it is taken', async () => {
		const device = aDevice();
		const first = sent(1, aTap());
		expect((await post(asha, { device, mutations: [first] })).status).toBe(200);
		const second = sent(2, aTap());

		const replayed = await post(kiran, { device, mutations: [first, second] });

		expect([replayed.status, replayed.body.code]).toEqual([403, 'not_allowed']);
		const { body } = await post(asha, { device, mutations: [first, second] });
		expect(statusesOf(body)).toEqual(['applied', 'applied']);
	});

	it('is one of a device that belongs to another browser', async () => {
		const device = aDevice();
		await worksOn(asha, device, 1);

		const { status, body } = await post(asha, { device: { ...device, browserId: randomUUID() } });

		expect([status, body.code]).toEqual([403, 'not_allowed']);
	});
});

describe('a mutation that is nonsense', () => {
	it.each(texts)('for %s ends %s, is consumed, and blocks nothing', async (_what, end, text) => {
		const device = aDevice();

		const { status, body } = await post(asha, { device, mutations: [{ seq: 1, text }] });

		expect(status).toBe(200);
		const [ack] = body.acks;
		expect([ack.seq, ack.refusal ?? ack.status]).toEqual([1, end]);
		await worksOn(asha, device, 2);
	});

	it('comes with others that are sound: they are done', async () => {
		const mutations = [
			{ seq: 1, text: 'nonsense' },
			sent(2, aTap()),
			{ seq: 3, text: nested(50_000) },
			sent(4, aTap()),
		];

		const { body } = await post(asha, { mutations });

		expect(statusesOf(body)).toEqual(['refused', 'applied', 'refused', 'applied']);
	});
});

describe('a forged id', () => {
	it('of what somebody else did is reused, and tells nothing of it', async () => {
		const hers = aTap();
		await post(asha, { mutations: [sent(1, hers)] });
		const device = aDevice();

		const same = await post(kiran, { device, mutations: [sent(1, hers)] });

		expect(same.body.acks).toEqual([
			{ id: hers.id, seq: 1, status: 'refused', refusal: 'key_reused', effects: {} },
		]);
		await worksOn(kiran, device, 2);
	});

	it('of what he did himself, with other words, is reused', async () => {
		const device = aDevice();
		const first = aTap();
		await post(asha, { device, mutations: [sent(1, first)] });

		const { body } = await post(asha, {
			device,
			mutations: [sent(2, { ...aTap(), id: first.id })],
		});

		expect(body.acks).toMatchObject([{ seq: 2, refusal: 'key_reused' }]);
		await worksOn(asha, device, 3);
	});

	it("that will be the clock's does not keep the clock from its work", async () => {
		const device = aDevice();
		const startAt = '2026-11-25T04:30:00.000Z';
		const wish = aTap({
			name: 'booking.request',
			args: {
				shopId: shopId(1),
				vehicleId: bikeOf(asha),
				serviceTypeIds: [await aService()],
				startAt,
			},
		});
		const next = derivedIds(wish.id, wish.at.wall);
		const derived = Array.from({ length: 12 }, next);
		const taken = derived.map((id, index) => sent(index + 1, aTap({ id, name: 'bike.fly' })));

		const { body } = await post(asha, { device, mutations: [...taken, sent(13, wish)] });

		expect(statusesOf(body)).toEqual([...taken.map(() => 'parked'), 'applied']);
		await worksOn(asha, device, 14);
		await server.ask('POST', '/api/demo/clock', { body: { advanceSeconds: 3_600 } });
		const { body: shown } = await server.ask('GET', '/api/bookings', { as: asha });
		const bookings: { status: string; start: string }[] = shown.bookings;
		expect(bookings.find((each) => each.start === startAt)?.status).toBe('expired');
	});

	it("of another's question is answered with nothing", async () => {
		const hers = aTap();
		await post(asha, { mutations: [sent(1, hers)] });

		const { body } = await post(kiran, { asking: [hers.id, randomUUID()] });

		expect(body.verdicts).toBeUndefined();
	});
});

describe('a forged number', () => {
	it.each([3, 1_000, Number.MAX_SAFE_INTEGER])('far ahead (%d) is a gap', async (seq) => {
		const device = aDevice();
		await worksOn(asha, device, 1);

		const { body } = await post(asha, { device, mutations: [sent(seq, aTap())] });

		expect(body).toMatchObject({ gap: 2, lastSeq: 1, acks: [] });
		await worksOn(asha, device, 2);
	});

	it('of the past is a fork', async () => {
		const device = aDevice();
		await worksOn(asha, device, 1);

		const { body } = await post(asha, { device, mutations: [sent(1, aTap())] });

		expect(body).toMatchObject({ forked: true, lastSeq: 1, acks: [] });
		await worksOn(asha, device, 2);
	});

	it('given twice is a fork from the second on', async () => {
		const device = aDevice();

		const mutations = [sent(1, aTap()), sent(1, aTap()), sent(2, aTap())];
		const { body } = await post(asha, { device, mutations });

		expect(body).toMatchObject({ forked: true, lastSeq: 1 });
		await worksOn(asha, device, 2);
	});
});

describe('a forged cursor', () => {
	const read = async (as: number) => {
		const device = aDevice();
		const { body } = await post(as, { device });
		return { device, ...(body as Pick<SyncRequest, 'install' | 'era' | 'cursors'>) };
	};

	it('in a scope of others tells nothing of it', async () => {
		const { device, install, era, cursors } = await read(kiran);
		const foreign = {
			[`customer:${idOf('customer 121')}`]: 0,
			[`shop:${shopId(1)}:office`]: 0,
			[`shop:${shopId(1)}:floor`]: 0,
			'worker:constructor': 3,
			'no scope at all': 7,
		};

		const { status, body } = await post(kiran, {
			device,
			install,
			era,
			cursors: { ...cursors, ...foreign },
		});

		expect(status).toBe(200);
		expect(body.gone).toEqual([]);
		expect(body.docs).toEqual({});
		const dropped: string[] = body.scopes.dropped;
		expect(dropped.toSorted()).toEqual(Object.keys(foreign).toSorted());
		expect(body.stale).toBeUndefined();
	});

	it('above everything is stale, and work is taken all the same', async () => {
		const { device, install, era, cursors } = await read(asha);
		const above = Object.fromEntries(
			Object.keys(cursors).map((each) => [each, Number.MAX_SAFE_INTEGER]),
		);

		const { status, body } = await post(asha, {
			device,
			install,
			era,
			cursors: above,
			mutations: [sent(1, aTap())],
		});

		expect(status).toBe(200);
		expect(body).toMatchObject({ stale: true, docs: {}, gone: [], lastSeq: 1 });
		await worksOn(asha, device, 2);
	});

	it.each([3, 1_000])('of shape %d is outdated, and work is taken all the same', async (schema) => {
		const device = aDevice();

		const { body } = await post(asha, { device, schema, mutations: [sent(1, aTap())] });

		expect(body).toMatchObject({ outdated: true, docs: {}, lastSeq: 1 });
	});
});

describe('ten thousand mutations', () => {
	it('in 200 rounds are all consumed, and beyond 500 reports a day wait for a person', async () => {
		const start = '2026-11-24T05:30:00.000Z';
		const wish = {
			shopId: shopId(1),
			vehicleId: bikeOf(123),
			serviceIds: [await aService()],
			start,
		};
		const held = await server.ask('POST', '/api/bookings/create', { as: 123, body: wish });
		expect(held.status).toBe(201);
		const bookingId: string = held.body.booking.id;
		await server.ask('PUT', `/api/bookings/${bookingId}/confirm`, { as: 123, body: {} });
		const device = aDevice();
		const came = () => aTap({ name: 'booking.receive', args: { bookingId } });
		const ends = new Map<string, number>();
		for (let round = 0; round < 200; round += 1) {
			const mutations = Array.from({ length: 50 }, (_, n) => sent(round * 50 + n + 1, came()));
			const { status, body } = await post(21, { device, mutations, pending: 10_000 - round * 50 });
			expect(status).toBe(200);
			for (const end of statusesOf(body)) ends.set(end, (ends.get(end) ?? 0) + 1);
			expect(body.lastSeq).toBe((round + 1) * 50);
		}
		expect(Object.fromEntries(ends)).toEqual({ applied: 1, noop: 499, parked: 9_500 });
	}, 300_000);
});
