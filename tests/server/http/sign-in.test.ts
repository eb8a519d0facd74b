/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call -- `ask` has checked every answer against its route's schema. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aServer, type Asking, type TestServer } from '#tests/support/app.ts';
import { anEmptyDatabase, databases } from '#tests/support/database.ts';

describe.each(databases)('on %s', (database) => {
	let server: TestServer;
	beforeAll(async () => {
		server = await aServer({ connection: await anEmptyDatabase(database) });
	});
	afterAll(() => server.close());

	const send = (phoneNumber: string) =>
		server.ask('POST', '/api/auth/phone-number/send-otp', { body: { phoneNumber } });
	const verify = (phoneNumber: string, code: string, headers: Asking['headers'] = {}) =>
		server.ask('POST', '/api/auth/phone-number/verify', { body: { phoneNumber, code }, headers });

	async function codeFor(phone: string): Promise<string> {
		const { body } = await server.ask('GET', `/api/demo/outbox?phone=${encodeURIComponent(phone)}`);
		return /^\d{6}/.exec(body.messages.at(-1).text)![0];
	}
	const wrong = (code: string) => (code === '111111' ? '222222' : '111111');
	const cookieIn = (headers: Headers) => headers.getSetCookie()[0]!.split(';')[0]!;

	describe('a new number', () => {
		const phone = '+919812345670';

		it('is sent a code and becomes a customer', async () => {
			expect((await send(phone)).status).toBe(200);
			const entered = await verify(phone, await codeFor(phone));
			expect(entered.status).toBe(200);
			expect(entered.headers.get('set-auth-token')).toBe(entered.body.token);
			const { body } = await server.ask('GET', '/api/me', { as: entered.body.token });
			expect(body).toMatchObject({ user: { phone }, roles: [{ role: 'customer' }] });

			server.pass(60);
			await send(phone);
			const again = await verify(phone, await codeFor(phone));
			const me = await server.ask('GET', '/api/me', { as: again.body.token });
			expect(me.body).toEqual(body);
		});

		it('may be typed as people type it', async () => {
			server.pass(60);
			await send('98123 45670');
			const entered = await verify('+91 98123-45670', await codeFor(phone));
			expect(entered.body.user.phone).toBe(phone);
		});

		it.each([
			'+14155552671',
			'12345',
			'+91 11 2345 6789',
			'drop table',
			'+919812345670,+919812345671',
		])('is no %s', async (typed) => {
			expect(await send(typed)).toMatchObject({ status: 400, body: { code: 'malformed' } });
		});
	});

	describe('a code', () => {
		it('is kept as a digest only', async () => {
			const phone = '+919812345601';
			await send(phone);
			const code = await codeFor(phone);
			const rows = await server.connection.query('select * from phone_code where phone = $1', [
				phone,
			]);
			expect(JSON.stringify(rows)).not.toContain(code);
			expect(await server.connection.query('select 1 as one from verification')).toEqual([]);
		});

		it('works once', async () => {
			const phone = '+919812345602';
			await send(phone);
			const code = await codeFor(phone);
			expect((await verify(phone, code)).status).toBe(200);
			expect(await verify(phone, code)).toMatchObject({
				status: 400,
				body: { code: 'wrong_code' },
			});
		});

		it('works for five minutes', async () => {
			const phone = '+919812345603';
			await send(phone);
			const code = await codeFor(phone);
			server.pass(301);
			expect((await verify(phone, code)).status).toBe(400);
		});

		it('of another number does not work', async () => {
			await send('+919812345604');
			await send('+919812345605');
			const code = await codeFor('+919812345605');
			expect((await verify('+919812345604', code)).status).toBe(400);
		});

		it('is not the one that signs in the cast', async () => {
			await send('+919812345606');
			expect((await verify('+919812345606', '000000')).status).toBe(400);
		});

		it('tried wrongly five times locks the number for ten minutes, the right one included', async () => {
			const phone = '+919812345607';
			await send(phone);
			const code = await codeFor(phone);
			for (let tries = 1; tries <= 5; tries += 1)
				expect((await verify(phone, wrong(code))).status).toBe(400);
			const locked = await verify(phone, code);
			expect(locked).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
			expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(500);
			expect((await send(phone)).status).toBe(429);

			server.pass(601);
			expect((await send(phone)).status).toBe(200);
			expect((await verify(phone, await codeFor(phone))).status).toBe(200);
		});

		it('tried by many at once is still tried five times at most', async () => {
			const phone = '+919812345608';
			await send(phone);
			const code = await codeFor(phone);
			const answers = await Promise.all(
				Array.from({ length: 12 }, () => verify(phone, wrong(code))),
			);
			const statuses = answers.map((each) => each.status).toSorted();
			expect(statuses).toEqual([...Array(5).fill(400), ...Array(7).fill(429)]);
		});

		it('is sent again after half a minute, and ten times a day', async () => {
			const phone = '+919812345609';
			expect((await send(phone)).status).toBe(200);
			const soon = await send(phone);
			expect(soon.status).toBe(429);
			expect(Number(soon.headers.get('retry-after'))).toBeLessThanOrEqual(30);
			for (let count = 2; count <= 10; count += 1) {
				server.pass(31);
				expect((await send(phone)).status).toBe(200);
			}
			server.pass(31);
			expect((await send(phone)).status).toBe(429);
			server.pass(86_400);
			expect((await send(phone)).status).toBe(200);
		});

		it('is sent to so many numbers from one address, and no more', async () => {
			server.pass(3_600);
			const answers = [];
			for (let index = 0; index < 61; index += 1)
				answers.push((await send(`+9198223${String(index).padStart(5, '0')}`)).status);
			expect(answers.filter((each) => each === 200)).toHaveLength(60);
			expect(answers.at(-1)).toBe(429);
			server.pass(3_600);
		});
	});

	describe('the cast of the demo', () => {
		it('enters at any time, however often', async () => {
			for (let index = 0; index < 12; index += 1)
				expect((await verify('+919000000103', '000000')).status).toBe(200);
			for (let index = 0; index < 12; index += 1)
				expect((await send('+919000000103')).status).toBe(200);
			expect((await verify('+919000000103', await codeFor('+919000000103'))).status).toBe(200);
		});

		it('is locked out by five wrong codes like everybody', async () => {
			const phone = '+919000000140';
			for (let tries = 1; tries <= 5; tries += 1)
				expect((await verify(phone, '123456')).status).toBe(400);
			expect((await verify(phone, '000000')).status).toBe(429);
			server.pass(601);
			expect((await verify(phone, '000000')).status).toBe(200);
		});
	});

	describe('a session', () => {
		it('is known by its cookie as well as by its token', async () => {
			const entered = await verify('+919000000104', '000000');
			const [cookie = ''] = entered.headers.getSetCookie();
			expect(cookie).toMatch(/; HttpOnly/);
			expect(cookie).toMatch(/; SameSite=Lax/);
			expect(cookie).toMatch(/; Path=\//);
			const headers = { cookie: cookieIn(entered.headers) };
			expect((await server.ask('GET', '/api/me', { headers })).status).toBe(200);
		});

		it('is a new one at every sign-in, whatever cookie was sent along', async () => {
			const first = await verify('+919000000105', '000000');
			const headers = { cookie: cookieIn(first.headers) };
			const second = await verify('+919000000105', '000000', headers);
			expect(second.body.token).not.toBe(first.body.token);
		});

		it('ends at sign-out, on the server', async () => {
			const { body, headers } = await verify('+919000000106', '000000');
			const out = await server.ask('POST', '/api/auth/sign-out', { as: body.token });
			expect(out.status).toBe(200);
			expect((await server.ask('GET', '/api/me', { as: body.token })).status).toBe(401);
			const cookie = { cookie: cookieIn(headers) };
			expect((await server.ask('GET', '/api/me', { headers: cookie })).status).toBe(401);
		});

		it('can be ended from another of the same person, and of nobody else', async () => {
			const lost = await verify('+919000000107', '000000', { 'user-agent': 'a lost phone' });
			const mine = await verify('+919000000107', '000000', { 'user-agent': 'my phone' });
			const other = await verify('+919000000108', '000000');
			const { body } = await server.ask('GET', '/api/auth/sessions', { as: mine.body.token });
			expect(body.sessions).toHaveLength(2);
			expect(JSON.stringify(body)).not.toContain(String(mine.body.token).split('.')[0]);
			const { id } = body.sessions.find(
				(each: { userAgent: string }) => each.userAgent === 'a lost phone',
			);

			const end = (as: string) =>
				server.ask('POST', '/api/auth/sessions/end', { as, body: { id } });
			await end(other.body.token);
			expect((await server.ask('GET', '/api/me', { as: lost.body.token })).status).toBe(200);
			await end(mine.body.token);
			expect((await server.ask('GET', '/api/me', { as: lost.body.token })).status).toBe(401);
			expect((await server.ask('GET', '/api/me', { as: mine.body.token })).status).toBe(200);
		});

		it('of a suspended person is worth nothing', async () => {
			const { body } = await verify('+919000000109', '000000');
			const suspend = 'update app_user set status = $1 where user_id = $2';
			await server.connection.query(suspend, ['suspended', body.user.id]);
			expect((await server.ask('GET', '/api/me', { as: body.token })).status).toBe(401);
			await server.connection.query(suspend, ['active', body.user.id]);
		});
	});

	describe('the log', () => {
		it('holds no phone number, name, plate or token', async () => {
			const { body } = await verify('+919000000101', '000000');
			await server.ask('GET', '/api/demo/outbox?phone=%2B919000000101');
			await server.ask('POST', '/api/vehicles', {
				as: body.token,
				body: { registrationNumber: 'KA51EA1102', make: 'TVS', model: 'XL', class: 'commuter' },
			});
			const logged = server.logged();
			expect(logged).toContain('/api/vehicles');
			for (const secret of [
				'900000',
				'Asha',
				'KA51',
				body.token,
				String(body.token).split('.')[0]!,
			])
				expect(logged).not.toContain(secret);
		});
	});
});
