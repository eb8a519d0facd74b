import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';

/** Kills in a run; KILL_ROUNDS for the long hunt. */
const rounds = Number(process.env['KILL_ROUNDS'] ?? 2);
const writersCount = 3;

type Server = { readonly url: string; readonly process: ChildProcess };

const folder = mkdtempSync(path.join(tmpdir(), 'moto-killed-'));
let running: ChildProcess | null = null;
afterAll(() => {
	running?.kill('SIGKILL');
	rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<Server> {
	const main = path.resolve('server/main.ts');
	const env = { ...process.env, DEMO: '1', DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'silent' };
	const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
	running = child;
	for await (const line of createInterface(child.stdout)) {
		const url = /^ready (\S+)/.exec(line)?.[1];
		if (url !== undefined) return { url, process: child };
	}
	throw new Error('the server ended before it was ready');
}

async function kill({ process: child }: Server): Promise<void> {
	const gone = once(child, 'exit');
	child.kill('SIGKILL');
	await gone;
}

const headers = (token: string) => ({
	authorization: `Bearer ${token}`,
	'content-type': 'application/json',
});

async function signIn(url: string): Promise<string> {
	const answer = await fetch(`${url}/api/auth/phone-number/verify`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify({ phoneNumber: '+919000000121', code: '000000' }),
	});
	return String(answer.headers.get('set-auth-token'));
}

/** Adds bikes until the server dies; plates that were acknowledged go into `acknowledged`. */
async function write(url: string, token: string, next: () => string, acknowledged: string[]) {
	for (;;) {
		const registrationNumber = next();
		const body = { registrationNumber, make: 'TVS', model: 'XL 100', class: 'scooter' };
		let answer: Response;
		try {
			answer = await fetch(`${url}/api/vehicles`, {
				method: 'POST',
				headers: { ...headers(token), 'idempotency-key': randomUUID() },
				body: JSON.stringify(body),
			});
		} catch {
			return; // The server is dead, which is what this test is about.
		}
		if (answer.status === 201) acknowledged.push(registrationNumber);
	}
}

describe('a server killed in the middle of writes', () => {
	it(
		`has everything it acknowledged, once, ${rounds} times over`,
		{ timeout: 60_000 + rounds * 30_000 },
		async () => {
			const acknowledged: string[] = [];
			let count = 0;
			const next = () => `KA51KL${String(1_000 + count++)}`;
			let server = await start();
			const token = await signIn(server.url);

			for (let round = 0; round < rounds; round += 1) {
				const before = acknowledged.length;
				const { url } = server;
				const writers = Array.from({ length: writersCount }, () =>
					write(url, token, next, acknowledged),
				);
				await expect
					.poll(() => acknowledged.length, { timeout: 30_000 })
					.toBeGreaterThan(before + 8);
				await kill(server);
				await Promise.all(writers);
				server = await start();

				const answer = await fetch(`${server.url}/api/vehicles`, { headers: headers(token) });
				const { vehicles } = (await answer.json()) as {
					vehicles: { registrationNumber: string }[];
				};
				const plates = vehicles.map((each) => each.registrationNumber);
				expect(plates).toEqual(expect.arrayContaining(acknowledged));
				expect(new Set(plates).size).toBe(plates.length);
			}
			await kill(server);
		},
	);
});
