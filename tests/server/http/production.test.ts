/* eslint-disable @typescript-eslint/no-unsafe-member-access -- `ask` has checked every answer against its route's schema. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryOutbox } from '#server/outside/sms.ts';
import { aServer, type TestServer } from '#tests/support/app.ts';
import { anEmptyDatabase, databases } from '#tests/support/database.ts';

const cookieIn = (headers: Headers) => headers.getSetCookie()[0]!.split(';')[0]!;

describe.each(databases)('on %s', (database) => {
	describe('without the demo', () => {
		const auth = '/api/auth/phone-number';
		const phoneNumber = '+919000000101';
		const sms = memoryOutbox(() => '2026-11-23T04:30:00.000Z');
		let real: TestServer;
		beforeAll(async () => {
			real = await aServer({ town: false, sms, connection: await anEmptyDatabase(database) });
		});
		afterAll(() => real.close());

		async function sentCode(on: TestServer): Promise<string> {
			await on.ask('POST', `${auth}/send-otp`, { body: { phoneNumber } });
			return /^\d{6}/.exec(sms.sentTo(phoneNumber).at(-1)!.text)![0];
		}

		it('there is no code for a cast, no town and no clock', async () => {
			const enter = (code: string) =>
				real.ask('POST', `${auth}/verify`, { body: { phoneNumber, code } });
			expect((await enter('000000')).status).toBe(400);
			for (const path of ['clock', 'outbox?phone=%2B919000000101', 'reset'])
				expect((await real.ask('GET', `/api/demo/${path}`)).status).toBe(404);
			expect((await real.ask('POST', '/api/demo/reset', { body: {} })).status).toBe(404);
			expect((await enter(await sentCode(real))).status).toBe(200);
		});

		it('nobody is promised a code that nobody delivers', async () => {
			const mute = await aServer({ town: false, connection: real.connection });
			const told = await mute.ask('POST', `${auth}/send-otp`, { body: { phoneNumber } });
			expect(told).toMatchObject({ status: 503, body: { code: 'unavailable' } });
		});

		it('https makes browsers keep to it, and the cookie with them', async () => {
			const publicUrl = new URL('https://garage.example');
			const secure = await aServer({ town: false, connection: real.connection, sms, publicUrl });
			secure.pass(60);
			const entered = await secure.ask('POST', `${auth}/verify`, {
				body: { phoneNumber, code: await sentCode(secure) },
			});
			const [cookie = ''] = entered.headers.getSetCookie();
			expect(cookie).toMatch(/^__Host-moto\.session=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
			expect(entered.headers.get('strict-transport-security')).toContain('max-age=31536000');
			const headers = { cookie: cookieIn(entered.headers) };
			expect((await secure.ask('GET', '/api/me', { headers })).status).toBe(200);
		});

		it("data that is not the demo's is never seeded over", async () => {
			const demo = { startAt: null };
			await expect(aServer({ demo, connection: real.connection })).rejects.toThrow('other data');
			expect((await real.ask('GET', '/api/shops')).body.shops).toEqual([]);
		});
	});
});
