/* eslint-disable @typescript-eslint/no-unsafe-assignment -- `ask` has checked every answer against its route's schema. */
import { pino } from 'pino';
import { expect } from 'vitest';
import { routesOf } from '#server/app.ts';
import { connect } from '#server/db/connect.ts';
import type { Connection } from '#server/db/connection.ts';
import { castCode } from '#server/auth/codes.ts';
import { phoneOf } from '#server/demo/cast.ts';
import { openServer, type Open, type OpenOptions } from '#server/open.ts';
import type { Route } from '#server/routes/definition.ts';

export type Asking = {
	/** Whose session: a number of the cast, or a token. */
	readonly as?: number | string;
	readonly body?: unknown;
	/** The Idempotency-Key. */
	readonly key?: string;
	readonly headers?: Readonly<Record<string, string>>;
};

type Answered = {
	readonly status: number;
	// eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look at what they expect
	readonly body: any;
	readonly headers: Headers;
};

export type TestServer = {
	readonly open: Open;
	readonly connection: Connection;
	readonly ask: (method: string, path: string, asking?: Asking) => Promise<Answered>;
	/** Signs a member of the cast in, once; his bearer token. */
	readonly tokenOf: (number: number) => Promise<string>;
	/** Lets wall time pass without waiting for it. */
	readonly pass: (seconds: number) => void;
	/** What was logged so far. */
	readonly logged: () => string;
	readonly close: () => Promise<void>;
};

/** When the seeded town begins: a Monday morning, ten o'clock in India. */
export const townBegins = '2026-11-23T04:30:00.000Z';

/** A server on an embedded database in memory, with the seeded town; it has no socket. */
export async function aServer(
	options: Partial<OpenOptions> & { readonly town?: boolean } = {},
): Promise<TestServer> {
	const { town = true, ...rest } = options;
	const connection = rest.connection ?? (await connect({}));
	let skewMs = 0;
	const lines: string[] = [];
	const log = pino(
		{ level: 'trace', base: null },
		{ write: (line: string) => void lines.push(line) },
	);
	const open = await openServer({
		connection,
		log,
		wall: () => Date.now() + skewMs,
		authSecret: 'a secret for tests, long enough to be one',
		publicUrl: new URL('http://localhost:3000'),
		behindProxy: false,
		origins: ['http://localhost:3000'],
		buildDir: null,
		demo: town ? { startAt: townBegins } : null,
		sms: null,
		...rest,
	});
	const tokens = new Map<number, Promise<string>>();
	const server: TestServer = {
		open,
		connection,
		pass: (seconds) => void (skewMs += seconds * 1000),
		logged: () => lines.join(''),
		close: () => connection.close(),
		tokenOf(number) {
			const known = tokens.get(number) ?? enter(server, number);
			tokens.set(number, known);
			return known;
		},
		async ask(method, path, { as, body, key, headers } = {}) {
			const token = typeof as === 'number' ? await server.tokenOf(as) : as;
			const response = await open.app.request(path, {
				method,
				headers: {
					...(body === undefined ? {} : { 'content-type': 'application/json' }),
					...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
					...(key === undefined ? {} : { 'idempotency-key': key }),
					...headers,
				},
				...(body === undefined ? {} : { body: bodyOf(body) }),
			});
			return checked(await answeredBy(response), method, path);
		},
	};
	return server;
}

const bodyOf = (body: unknown): string | Uint8Array<ArrayBuffer> =>
	typeof body === 'string' || body instanceof Uint8Array
		? (body as Uint8Array<ArrayBuffer>)
		: JSON.stringify(body);

async function answeredBy(response: Response): Promise<Answered> {
	const text = await response.text();
	const isJson = response.headers.get('content-type')?.includes('json') ?? false;
	return {
		status: response.status,
		body: isJson && text !== '' ? JSON.parse(text) : text,
		headers: response.headers,
	};
}

/** Every success answers as its route is described, and every failure as a problem. */
function checked(answered: Answered, method: string, path: string): Answered {
	const { status, body, headers } = answered;
	if (!path.startsWith('/api/') || method === 'HEAD') return answered;
	if (status >= 400) {
		expect(headers.get('content-type'), path).toContain('application/problem+json');
		expect(body, path).toMatchObject({
			status,
			code: expect.any(String),
			title: expect.any(String),
		});
		return answered;
	}
	const route = routeFor(method, path);
	if (route) expect(route.answer.safeParse(body).error, `${method} ${path}`).toBeUndefined();
	return answered;
}

const all = routesOf({ demo: {} as never });

/** Fixed paths first: `/api/bookings/create` is no booking's id. */
function routeFor(method: string, path: string): Route | undefined {
	const [pathname = ''] = path.split('?');
	const fits = (each: Route) =>
		each.method === method && new RegExp(`^${each.path.replace(/:\w+/g, '[^/]+')}$`).test(pathname);
	return all.filter(fits).sort((a, b) => a.path.split(':').length - b.path.split(':').length)[0];
}

async function enter(server: TestServer, number: number): Promise<string> {
	const { body, status } = await server.ask('POST', '/api/auth/phone-number/verify', {
		body: { phoneNumber: phoneOf(number), code: castCode },
	});
	expect(status).toBe(200);
	return (body as { token: string }).token;
}
