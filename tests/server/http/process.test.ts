import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aDatabaseFolder, makeDatabaseTemplate } from '#tests/support/database.ts';

const main = path.resolve(import.meta.dirname, '../../../server/main.ts');
beforeAll(makeDatabaseTemplate, 120_000);

const children: ChildProcess[] = [];
afterEach(async () => {
	for (const child of children.splice(0)) {
		if (child.exitCode !== null || child.signalCode !== null) continue;
		child.kill('SIGKILL');
		await once(child, 'exit');
	}
});

/** The server as a process of its own, and what it says. */
function run(env: Record<string, string>) {
	const child = spawn(process.execPath, [main], {
		env: { PATH: process.env['PATH'], HOST: '127.0.0.1', ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	children.push(child);
	let said = '';
	const hear = (piece: Buffer) => (said += piece.toString());
	child.stdout.on('data', hear);
	child.stderr.on('data', hear);
	const ended = once(child, 'close').then(([code]) => code as number | null);
	async function ready(): Promise<string> {
		const gone = ended.then((code) => {
			throw new Error(`ended with ${code}: ${said}`);
		});
		for (;;) {
			const url = /^ready (http:\S+)$/m.exec(said)?.[1];
			if (url !== undefined) return url;
			await Promise.race([once(child.stdout, 'data'), gone]);
		}
	}
	return { child, ready, ended, said: () => said };
}

describe('the server as a process', () => {
	it('refuses to start with everything that is wrong, one line each', async () => {
		const { ended, said } = run({ PORT: 'x', LOG_LEVEL: 'loud' });
		expect(await ended).toBe(1);
		expect(said().trim().split('\n')).toHaveLength(3);
	});

	it('starts, tells where, takes the next port in the demo, and stops in good order', async () => {
		const occupied = createServer();
		await once(occupied.listen(0, '127.0.0.1'), 'listening');
		const { port } = occupied.address() as AddressInfo;
		const folder = aDatabaseFolder();
		const { child, ready, ended } = run({ DEMO: '1', DATA_DIR: folder, PORT: String(port) });
		const url = await ready();
		occupied.close();
		expect(Number(new URL(url).port)).toBeGreaterThan(port);
		const { hostname, port: taken } = new URL(url);
		expect(hostname).toBe('localhost');
		const origin = `http://127.0.0.1:${taken}`;
		expect((await fetch(`${origin}/api/health/ready`)).status).toBe(200);

		const entered = await fetch(`${origin}/api/auth/phone-number/verify`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', origin: url },
			body: JSON.stringify({ phoneNumber: '+919000000101', code: '000000' }),
		});
		expect(entered.status).toBe(200);
		const authorization = `Bearer ${entered.headers.get('set-auth-token')}`;
		const live = await fetch(`${origin}/api/sync/live`, { headers: { authorization } });
		const lines = live.body!.pipeThrough(new TextDecoderStream()).getReader();
		expect((await lines.read()).value).toContain('"hello"');

		child.kill('SIGTERM');
		let last = '';
		for (let read = await lines.read(); !read.done; read = await lines.read()) last = read.value;
		expect(last).toContain('"bye"');
		expect(await ended).toBe(0);

		const again = run({ DEMO: '1', DATA_DIR: folder, PORT: '0' });
		const { port: next } = new URL(await again.ready());
		const me = await fetch(`http://127.0.0.1:${next}/api/me`, { headers: { authorization } });
		expect(me.status).toBe(200);

		const second = run({ DEMO: '1', DATA_DIR: folder, PORT: '0' });
		expect(await second.ended).toBe(1);
		expect(second.said()).toContain(String(again.child.pid));
		expect(second.said().trim().split('\n')).toHaveLength(1);
		again.child.kill('SIGINT');
		expect(await again.ended).toBe(0);
	}, 120_000);

	it('says so when its port is taken', async () => {
		const occupied = createServer();
		await once(occupied.listen(0, '127.0.0.1'), 'listening');
		const { port } = occupied.address() as AddressInfo;
		const { ended, said } = run({
			DATA_DIR: aDatabaseFolder(),
			PORT: String(port),
			AUTH_SECRET: 'x'.repeat(32),
			LOG_LEVEL: 'error',
		});
		expect(await ended).toBe(1);
		occupied.close();
		expect(said().trim()).toBe(`Port ${port} is taken: set PORT to another one.`);
	}, 120_000);
});
