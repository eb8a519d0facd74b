/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument -- `ask` has checked every answer against its route's schema. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { idOf } from '#server/demo/cast.ts';
import { waitSecondsMax } from '#sync/protocol/live.ts';
import { aServer, type TestServer } from '#tests/support/app.ts';
import { aQuestion, aStream, onSocket, type Question } from '#tests/support/streams.ts';

let server: TestServer;
beforeAll(async () => {
	server = await aServer();
});
afterAll(() => server.close());

const ask = (as: number | string, body: Question, query: string) =>
	server.ask('POST', `/api/sync${query}`, { as, body });

/** The question of a phone that knows everything there is. */
async function aQuestionWithoutNews(as: number | string): Promise<Question> {
	const question = aQuestion();
	for (let more = true; more;) {
		const { status, body } = await ask(as, question, '');
		expect(status).toBe(200);
		const { install, era, cursors } = body;
		Object.assign(question, { install, era, cursors });
		more = body.more;
	}
	return question;
}

const addBike = async (as: number, registrationNumber: string): Promise<string> => {
	const { body } = await server.ask('POST', '/api/vehicles', {
		as,
		body: { registrationNumber, make: 'TVS', model: 'XL', class: 'commuter' },
	});
	return body.vehicle.id;
};

const listeners = (number: number) => server.open.house.live.countOf(idOf(`user ${number}`));
const untilListening = (number: number, count: number) =>
	vi.waitFor(() => expect(listeners(number)).toBe(count), 30_000);
const bikesIn = (body: { docs: { vehicles?: { id: string }[] } }) =>
	(body.docs.vehicles ?? []).map((each) => each.id);

describe('a sync that may wait', () => {
	it('is answered at once when there is news', async () => {
		const { status, body } = await ask(112, aQuestion(), '?wait=25');
		expect(status).toBe(200);
		expect(body.docs.vehicles.length).toBeGreaterThan(0);
		expect(listeners(112)).toBe(0);
	});

	it('is answered at once without wait, and when it brings something', async () => {
		const quiet = await aQuestionWithoutNews(112);
		expect((await ask(112, quiet, '')).status).toBe(200);
		expect((await ask(112, quiet, '?wait=0')).status).toBe(200);
		const brings = { ...quiet, pending: 1, mutations: [{ seq: 1, text: 'no mutation' }] };
		const { body } = await ask(112, brings, '?wait=25');
		expect(body.acks.length + (body.gap ?? 0)).toBeGreaterThan(0);
		expect(listeners(112)).toBe(0);
	});

	it('is held until something of the person moves, and then told it', async () => {
		const question = await aQuestionWithoutNews(113);
		const held = ask(113, question, '?wait=25');
		await untilListening(113, 1);
		await addBike(114, 'KA05AB0114');
		expect(listeners(113)).toBe(1);
		const bike = await addBike(113, 'KA05AB0113');

		const { status, body } = await held;
		expect(status).toBe(200);
		expect(bikesIn(body)).toEqual([bike]);
		expect(listeners(113)).toBe(0);
	});

	it('misses nothing that moves while it is being read', async () => {
		const question = await aQuestionWithoutNews(115);
		for (let round = 1; round <= 8; round += 1) {
			const held = ask(115, question, '?wait=25');
			const bike = await addBike(115, `KA05AC${String(round).padStart(4, '0')}`);
			const { body } = await held;
			expect(bikesIn(body)).toEqual([bike]);
			question.cursors = body.cursors;
		}
	});

	it('is answered when its time is up, with the time of then', async () => {
		const question = await aQuestionWithoutNews(116);
		const before = server.open.world.now();
		const { status, body } = await ask(116, question, '?wait=1');
		expect(status).toBe(200);
		expect([body.docs, body.acks, body.gone]).toEqual([{}, [], []]);
		expect(Date.parse(body.now) - Date.parse(before)).toBeGreaterThanOrEqual(990);
	});

	it('gets nothing more once its session has ended', async () => {
		const { body: entered } = await server.ask('POST', '/api/auth/phone-number/verify', {
			body: { phoneNumber: '+919000000117', code: '000000' },
		});
		const question = await aQuestionWithoutNews(entered.token);
		const held = ask(entered.token, question, '?wait=25');
		await untilListening(117, 1);
		await server.ask('POST', '/api/auth/sign-out', { as: entered.token });
		expect(await held).toMatchObject({ status: 401, body: { code: 'not_signed_in' } });
	});

	it('is answered as usual when the server stops', async () => {
		const question = await aQuestionWithoutNews(118);
		const held = ask(118, question, '?wait=25');
		await untilListening(118, 1);
		server.open.watch.endAll();
		expect(await held).toMatchObject({ status: 200, body: { docs: {} } });
	});

	it('counts together with the streams of the person', async () => {
		const question = await aQuestionWithoutNews(119);
		const token = await server.tokenOf(119);
		const streams = await Promise.all(Array.from({ length: 5 }, () => aStream(server.open, token)));
		const held = ask(119, question, '?wait=25');
		await untilListening(119, 6);

		const tooMany = { status: 429, body: { code: 'too_many_attempts' } };
		expect(await ask(119, question, '?wait=25')).toMatchObject(tooMany);
		expect(await server.ask('GET', '/api/sync/live', { as: 119 })).toMatchObject(tooMany);
		expect((await ask(119, question, '')).status).toBe(200);

		await addBike(119, 'KA05AB0119');
		expect((await held).status).toBe(200);
		for (const each of streams) each.hangUp();
		expect(listeners(119)).toBe(0);
	});

	it('is forgotten when the phone goes away', async () => {
		const { origin } = await onSocket(server.open.app.fetch);
		const question = await aQuestionWithoutNews(120);
		const hangUp = new AbortController();
		const held = fetch(`${origin}/api/sync?wait=25`, {
			method: 'POST',
			headers: {
				'content-type': 'application/json',
				authorization: `Bearer ${await server.tokenOf(120)}`,
			},
			body: JSON.stringify(question),
			signal: hangUp.signal,
		});
		await untilListening(120, 1);
		hangUp.abort();
		await expect(held).rejects.toThrow();
		await untilListening(120, 0);
	});

	it.each([
		`wait=${waitSecondsMax + 1}`,
		'wait=-1',
		'wait=1.5',
		'wait=01',
		'wait=',
		'wait=x',
		'wait=1&wait=2',
		'wait=1&more=1',
	])('is malformed with ?%s', async (query) => {
		const told = await ask(112, aQuestion(), `?${query}`);
		expect(told).toMatchObject({ status: 400, body: { code: 'malformed' } });
	});
});
