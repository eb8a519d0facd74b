import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { phoneOf } from '#server/demo/cast.ts';
import { aPostgresDatabase } from '#tests/support/database.ts';
import { aQuestion, readStream } from '#tests/support/streams.ts';

const main = path.resolve(import.meta.dirname, '../../../server/main.ts');
const children: ChildProcess[] = [];
let here: string;
let there: string;
beforeAll(async () => {
	const databaseUrl = await aPostgresDatabase();
	here = await aProcess(databaseUrl);
	there = await aProcess(databaseUrl);
}, 120_000);
afterAll(async () => {
	for (const child of children) {
		if (child.exitCode !== null || child.signalCode !== null) continue;
		child.kill('SIGKILL');
		await once(child, 'exit');
	}
});

/** A server as a process of its own; where it answers. */
async function aProcess(databaseUrl: string): Promise<string> {
	const child = spawn(process.execPath, [main], {
		env: {
			PATH: process.env['PATH'],
			HOST: '127.0.0.1',
			PORT: '0',
			DEMO: '1',
			DATABASE_URL: databaseUrl,
			AUTH_SECRET: 'the same secret for both servers here',
			LOG_LEVEL: 'error',
		},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	children.push(child);
	for await (const line of createInterface(child.stdout)) {
		const ready = /^ready http:.*:(\d+)$/.exec(line);
		if (ready) return `http://127.0.0.1:${ready[1]}`;
	}
	throw new Error('a server ended before it was ready');
}

async function post(origin: string, to: string, body: unknown, token?: string) {
	const response = await fetch(origin + to, {
		method: 'POST',
		headers: {
			'content-type': 'application/json',
			...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
		},
		body: JSON.stringify(body),
	});
	return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function enter(number: number): Promise<string> {
	const { body } = await post(here, '/api/auth/phone-number/verify', {
		phoneNumber: phoneOf(number),
		code: '000000',
	});
	return String(body['token']);
}

const listen = async (origin: string, token: string) => {
	const headers = { authorization: `Bearer ${token}` };
	return readStream(await fetch(`${origin}/api/sync/live`, { headers }));
};

describe('two server processes on one database', () => {
	it('poke each other, end streams of a session that ended at the other, and say goodbye', async () => {
		const token = await enter(112);
		const stream = await listen(there, token);
		await stream.until('heads');
		const bike = { registrationNumber: 'KA05CC0112', make: 'TVS', model: 'XL', class: 'commuter' };
		expect((await post(here, '/api/vehicles', bike, token)).status).toBe(201);
		expect(await stream.next()).toMatchObject({ kind: 'poke' });

		await post(here, '/api/auth/sign-out', {}, token);
		expect(await stream.next()).toMatchObject({ kind: 'bye' });
		expect(await stream.next()).toBeNull();

		const other = await enter(113);
		const last = await listen(there, other);
		await last.until('heads');
		const question = aQuestion();
		let stopping = false;
		const wait = (seconds: number) => post(there, `/api/sync?wait=${seconds}`, question, other);
		/** A phone asks again and again: at first there is news, or one too many asks. */
		async function phone(): Promise<number> {
			for (;;) {
				const { status, body } = await wait(25);
				if (stopping || ![200, 429].includes(status)) return status;
				if (status === 429) continue;
				Object.assign(question, { install: body['install'], era: body['era'] });
				Object.assign(question.cursors, body['cursors']);
			}
		}
		const held = Array.from({ length: 5 }, phone);
		// With the stream they are as many as one person may have: from now on all of them wait.
		await vi.waitFor(async () => expect((await wait(1)).status).toBe(429), 30_000);
		const [, child] = children;
		const exit = once(child!, 'exit');
		stopping = true;
		child!.kill('SIGTERM');
		expect(await last.next()).toMatchObject({ kind: 'bye', retryMs: expect.any(Number) as number });
		expect(await last.next()).toBeNull();
		expect(await Promise.all(held)).toEqual([200, 200, 200, 200, 200]);
		expect(await exit).toEqual([0, null]);
	}, 60_000);
});
