/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- `ask` has checked every answer against its route's schema. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SyncRequest } from '#sync/protocol/sync.ts';
import { aServer, type TestServer } from '#tests/support/app.ts';
import { aRequest } from '#tests/support/requests.ts';
import { aStream } from '#tests/support/streams.ts';

let server: TestServer;
beforeAll(async () => {
	server = await aServer();
});
afterAll(() => server.close());

const enter = async (number: number): Promise<string> => {
	const { body } = await server.ask('POST', '/api/auth/phone-number/verify', {
		body: { phoneNumber: `+919000000${number}`, code: '000000' },
	});
	return body.token;
};
const sync = (as: string, deviceId: string, over: Partial<SyncRequest> = {}) =>
	server.ask('POST', '/api/sync', {
		as,
		body: aRequest({ device: { id: deviceId, browserId: randomUUID() }, ...over }),
	});

/** Somebody signed in, with a device that was heard. */
async function aPhone(number: number, over: Partial<SyncRequest> = {}) {
	const token = await enter(number);
	const device = { id: randomUUID(), browserId: randomUUID() };
	const again = (more: Partial<SyncRequest> = {}, as = token) =>
		server.ask('POST', '/api/sync', { as, body: aRequest({ device, ...over, ...more }) });
	expect((await again()).status).toBe(200);
	return { token, id: device.id, device, again };
}
const revoke = (as: string, id: string) =>
	server.ask('POST', `/api/devices/${id}/revoke`, { as, body: {} });
const standing = async (id: string) =>
	(await server.ask('GET', `/api/devices/${id}/standing`)).body.revoked;

describe("a person's devices", () => {
	it('are told to him, the one he asks by among them, and to nobody else', async () => {
		const old = await aPhone(131, { pending: 2, build: 'old' });
		const mine = await aPhone(131, { build: 'new' });
		const foreign = await aPhone(132);

		const { body } = await server.ask('GET', '/api/devices', { as: mine.token });

		expect(body.devices).toHaveLength(2);
		expect(body.devices).toContainEqual(
			expect.objectContaining({ id: old.id, pending: 2, build: 'old', current: false }),
		);
		expect(body.devices).toContainEqual(
			expect.objectContaining({ id: mine.id, pending: 0, revokedAt: null, current: true }),
		);
		expect(JSON.stringify(body)).not.toContain(foreign.id);
		expect(JSON.stringify(body)).not.toContain('seal');
	});

	it.each([
		['POST', 'revoke'],
		['GET', 'seal-key'],
	])('of another are not there: %s %s', async (method, what) => {
		const his = await aPhone(133);
		const mine = await enter(134);
		const body = method === 'GET' ? {} : { body: {} };

		for (const id of [his.id, randomUUID()]) {
			const path = `/api/devices/${id}/${what}`;
			expect((await server.ask(method, path, { as: mine, ...body })).status).toBe(404);
		}
		expect((await his.again()).status).toBe(200);
	});
});

describe('devices without number', () => {
	it('are told fifty at a time, the one heard last first, to the last one', async () => {
		const old = await aPhone(121, { pending: 7 });
		await aPhone(121);
		for (let n = 0; n < 55; n += 1) {
			server.pass(1);
			await sync(old.token, randomUUID());
		}

		const first = await server.ask('GET', '/api/devices', { as: old.token });
		const { id } = (first.body.devices as { id: string }[])[49]!;
		const rest = await server.ask('GET', `/api/devices?after=${id}`, { as: old.token });

		expect([first.body.devices.length, first.body.more]).toEqual([50, true]);
		expect([rest.body.devices.length, rest.body.more]).toEqual([7, false]);
		const told = [...first.body.devices, ...rest.body.devices] as { id: string }[];
		expect(new Set(told.map((each) => each.id)).size).toBe(57);
		expect(rest.body.devices).toContainEqual(expect.objectContaining({ id: old.id, pending: 7 }));
		const behind = (after: string) =>
			server.ask('GET', `/api/devices?after=${after}`, { as: old.token });
		expect((await behind(randomUUID())).status).toBe(404);
		expect((await behind('1')).status).toBe(400);
	});

	it('cannot be made: beyond a hundred in a day a person makes none, and goes on with those he has', async () => {
		const phoneNumber = '+919812345671';
		await server.ask('POST', '/api/auth/phone-number/send-otp', { body: { phoneNumber } });
		const outbox = `/api/demo/outbox?phone=${encodeURIComponent(phoneNumber)}`;
		const { body: sms } = await server.ask('GET', outbox);
		const [{ text }] = sms.messages as [{ text: string }];
		const entered = await server.ask('POST', '/api/auth/phone-number/verify', {
			body: { phoneNumber, code: text.slice(0, 6) },
		});
		const token: string = entered.body.token;
		const first = { id: randomUUID(), browserId: randomUUID() };
		const again = () =>
			server.ask('POST', '/api/sync', { as: token, body: aRequest({ device: first }) });
		expect((await again()).status).toBe(200);
		for (let n = 1; n < 100; n += 1) expect((await sync(token, randomUUID())).status).toBe(200);

		const { status, body } = await sync(token, randomUUID());

		expect([status, body.code]).toEqual([429, 'too_many_attempts']);
		expect((await again()).status).toBe(200);
		server.pass(86_400);
		expect((await sync(token, randomUUID())).status).toBe(200);
	});
});

describe('a device that is signed off', () => {
	it('loses its session and its stream, and is heard no more', async () => {
		const lost = await aPhone(135);
		const mine = await aPhone(135);
		const stream = await aStream(server.open, lost.token);
		await stream.until('heads');

		const { body } = await revoke(mine.token, lost.id);

		expect(body.device).toMatchObject({ id: lost.id, revokedAt: expect.any(String) });
		expect(await stream.until('bye')).toMatchObject({ kind: 'bye' });
		expect(await stream.next()).toBeNull();
		expect((await lost.again()).status).toBe(401);
		expect(await standing(lost.id)).toBe(true);
		expect((await mine.again()).status).toBe(200);
		expect(await standing(mine.id)).toBe(false);
	});

	it('is heard no more by a new session of its person either', async () => {
		const lost = await aPhone(136);
		await revoke(lost.token, lost.id);
		const anew = await enter(136);

		const { status, body } = await lost.again({}, anew);

		expect([status, body.code]).toEqual([403, 'device_revoked']);
		const other = await sync(anew, randomUUID());
		expect(other.status).toBe(200);
	});

	it('may be the one he asks by: then he is signed out', async () => {
		const mine = await aPhone(137);

		expect((await revoke(mine.token, mine.id)).status).toBe(200);

		expect((await server.ask('GET', '/api/me', { as: mine.token })).status).toBe(401);
		expect(await standing(mine.id)).toBe(true);
	});

	it('stays signed off since the first time', async () => {
		const lost = await aPhone(138);
		const mine = await aPhone(138);
		const first = await revoke(mine.token, lost.id);
		server.pass(60);

		expect((await revoke(mine.token, lost.id)).body).toEqual(first.body);
	});

	it('is told of to anybody who knows its id, and what was never heard is not signed off', async () => {
		expect(await standing(randomUUID())).toBe(false);
		expect((await server.ask('GET', '/api/devices/1/standing')).status).toBe(400);
	});

	it('is asked for so often from one address, and no more', async () => {
		const id = randomUUID();
		const statuses = new Set<number>();
		for (let n = 0; n < 130; n += 1)
			statuses.add((await server.ask('GET', `/api/devices/${id}/standing`)).status);
		expect([...statuses]).toEqual([200, 429]);
	});
});

describe('the key of a device', () => {
	const keyOf = async (as: string, id: string): Promise<string> =>
		(await server.ask('GET', `/api/devices/${id}/seal-key`, { as })).body.key;

	it('is 32 bytes that stay the same, another one for each device', async () => {
		const [mine, other] = [await aPhone(139), await aPhone(139)];

		const key = await keyOf(mine.token, mine.id);

		expect(Buffer.from(key, 'base64url')).toHaveLength(32);
		expect(await keyOf(mine.token, mine.id)).toBe(key);
		server.pass(120);
		await mine.again();
		expect(await keyOf(other.token, mine.id)).toBe(key);
		expect(await keyOf(mine.token, other.id)).not.toBe(key);
	});

	it('is given to its person also when the device was signed off: he proved who he is', async () => {
		const lost = await aPhone(140);
		const key = await keyOf(lost.token, lost.id);
		await revoke(lost.token, lost.id);

		expect(await keyOf(await enter(140), lost.id)).toBe(key);
	});
});

describe('a browser that was cleared', () => {
	const other = (device: { browserId: string }) => ({
		device: { id: randomUUID(), browserId: device.browserId },
	});

	it('is told what lay on it, but not after its person had signed out', async () => {
		const cleared = await aPhone(130, { pending: 4 });
		const told = await cleared.again(other(cleared.device), await enter(130));
		expect(told.body.earlier).toMatchObject({ pending: 4 });

		const left = await aPhone(130, { pending: 4 });
		await server.ask('POST', '/api/auth/sign-out', { as: left.token, body: {} });
		const quiet = await left.again(other(left.device), await enter(130));
		expect(quiet.status).toBe(200);
		expect(quiet.body.earlier).toBeUndefined();
	});
});
