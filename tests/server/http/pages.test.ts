import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { Hono } from 'hono';
import { beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '#server/app.ts';
import type { House } from '#server/routes/house.ts';
import { servePages } from '#server/routes/pages.ts';
import { aFolder } from '#tests/support/database.ts';

const script = "\n\tstart('&amp;');\n";
const hidden = 'position: absolute; width: 1px';
const index = `<!doctype html><title>t</title><div><script>${script}</script></div><script src="/a.js"></script><link href="/_app/immutable/entry/app.js">`;
const house = (buildDir: string | null, rest: Partial<House> = {}): House =>
	({
		buildDir,
		demo: null,
		secure: false,
		origins: [],
		log: { info: () => undefined, error: () => undefined },
		...rest,
	}) as unknown as House;

function aBuild(): string {
	const folder = aFolder();
	mkdirSync(path.join(folder, '_app/immutable/entry'), { recursive: true });
	const write = (name: string, text: string) => {
		writeFileSync(path.join(folder, name), text);
		writeFileSync(path.join(folder, `${name}.br`), brotliCompressSync(text));
	};
	write('index.html', index);
	write('_app/immutable/a.js', 'export {}');
	write('_app/immutable/entry/app.js', `t('<div id="a" style="${hidden}"></div>')`);
	write('service-worker.js', 'self');
	return folder;
}

const get = (of: Hono, url: string, headers: Record<string, string> = {}) =>
	of.request(url, { headers });
const served = () => createApp(house(aBuild()));

describe('the pages', () => {
	it.each(['/', '/booking/create', '/worker/dashboard?x=1', '/a/b/c'])(
		'%s is the one page, asked for anew each time',
		async (url) => {
			const answer = await get(served(), url);
			expect(answer.status).toBe(200);
			expect(await answer.text()).toBe(index);
			expect(answer.headers.get('cache-control')).toBe('no-cache');
			expect(answer.headers.get('content-type')).toContain('text/html');
		},
	);

	it('run our own scripts and styles only: files of ours, and what the build wrote inline', async () => {
		const policy = (await get(served(), '/')).headers.get('content-security-policy')!;
		const digest = createHash('sha256').update(script).digest('base64');
		expect(policy).toContain(`script-src 'self' 'sha256-${digest}';`);
		expect(policy).not.toMatch(/unsafe-(inline|eval)/);
		const style = createHash('sha256').update(hidden).digest('base64');
		expect(policy).toContain(`style-src-attr 'unsafe-hashes' 'sha256-${style}';`);
		expect(policy).toContain("frame-ancestors 'none'");
		expect(policy).toContain("object-src 'none'");
	});

	it('may be framed by the demo itself, which shows two phones', async () => {
		const answer = await get(createApp(house(aBuild(), { demo: {} as never })), '/');
		expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
		expect(answer.headers.get('x-frame-options')).toBe('SAMEORIGIN');
	});

	it('are sent packed to who understands it', async () => {
		const answer = await get(served(), '/booking/create', { 'accept-encoding': 'gzip, br' });
		expect(answer.headers.get('content-encoding')).toBe('br');
		expect(answer.headers.get('vary')).toContain('Accept-Encoding');
	});

	it('keep for good what is named by its content', async () => {
		const answer = await get(served(), '/_app/immutable/a.js');
		expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
		expect(answer.headers.get('content-type')).toContain('javascript');
		const worker = await get(served(), '/service-worker.js');
		expect(worker.headers.get('cache-control')).toBe('no-cache');
	});

	it.each(['/_app/immutable/gone.js', '/_app/x', '/favicon.png', '/.env', '/../package.json'])(
		'%s is missing, and no page stands in for it',
		async (url) => {
			const answer = await get(served(), url);
			expect(answer.status).toBe(404);
			expect(answer.headers.get('content-type')).toContain('application/problem+json');
			expect(answer.headers.get('cache-control')).not.toContain('immutable');
		},
	);

	it.each(['/..%2f..%2fpackage.json', '/%2e%2e/package.json', '/a%00.js', '/%5c..%5cx', '/%zz'])(
		'%s shows nothing of the machine',
		async (url) => {
			const answer = await get(served(), url);
			expect(answer.status).toBeLessThan(500);
			expect(await answer.text()).not.toContain('"name"');
		},
	);

	it('are nothing to write to', async () => {
		expect((await served().request('/', { method: 'POST' })).status).toBe(404);
		expect((await served().request('/signin', { method: 'DELETE' })).status).toBe(404);
	});

	it('are left out when there is no build', async () => {
		const bare = new Hono();
		servePages(bare, house(null));
		expect((await bare.request('/')).status).toBe(404);
	});
});

describe('every answer', () => {
	let app: Hono;
	beforeAll(() => {
		app = createApp(house(null));
	});

	it.each(['/api/health/live', '/api/nothing', '/api/openapi.json', '/docs', '/'])(
		'of %s carries the headers that keep browsers careful',
		async (url) => {
			const { headers } = await get(createApp(house(aBuild(), { signIn: nobody })), url);
			expect(headers.get('x-content-type-options')).toBe('nosniff');
			expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
			expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
			expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
			expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
			expect(headers.get('strict-transport-security')).toBeNull();
			expect(headers.get('x-powered-by')).toBeNull();
		},
	);

	it('of the API is inert when opened as a page, and kept by nobody', async () => {
		for (const url of ['/api/nothing', '/api/openapi.json']) {
			const { headers } = await get(app, url);
			expect(headers.get('content-security-policy')).toContain("default-src 'none'");
			expect(headers.get('cache-control')).toBe('no-store');
		}
	});

	it('shows the API to people without a script', async () => {
		const answer = await get(app, '/docs');
		const text = await answer.text();
		expect(text).toContain('/api/bookings/create');
		expect(text).not.toContain('<script');
		const style = /<style>([\s\S]*)<\/style>/.exec(text)![1]!;
		const digest = createHash('sha256').update(style).digest('base64');
		expect(answer.headers.get('content-security-policy')).toContain(`'sha256-${digest}'`);
	});
});

const nobody = { sessionOf: () => Promise.resolve(null) } as unknown as House['signIn'];
