import type { HttpBindings } from '@hono/node-server';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import * as z from 'zod/mini';
import { requireRole, type Actor } from '#sync/core/actor.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Session } from '../auth/sessions.ts';
import { actorOf } from '../domain/access.ts';
import type { Asked, Definition, Nothing, Route, Schema, Who } from './definition.ts';
import { describe } from './describe.ts';
import { bodyBytesMax, malformed, readBody, readRawBody, type Body } from './edge.ts';
import type { House } from './house.ts';
import { Problem } from './problem.ts';

/** The schema of a route that takes nothing there: whatever comes is unknown, and refused. */
const nothing = z.strictObject({});

/**
 * One route of the API: who may ask, what for, and what is answered. Whatever is not described here
 * does not get through: unknown keys, other methods, other roles. The description of the API is
 * made of the same lines.
 */
export function route<
	P extends Schema = Nothing,
	Q extends Schema = Nothing,
	B extends Schema = Nothing,
>(
	definition: Definition<P, Q, B> & {
		readonly respond: (asked: Asked<P, Q, B>) => Promise<unknown>;
	},
): Route {
	return definition;
}

/** Puts routes into the application, and an answer to every method they do not know. */
export function register(app: Hono, house: House, routes: readonly Route[]): void {
	for (const each of routes)
		app.on(each.method, each.path, describeRoute(describe(each)), (c) => answer(c, house, each));
	for (const [path, some] of Map.groupBy(routes, (each) => each.path)) {
		const methods = some.map((each) => each.method);
		const allowed = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
		app.all(path, () => {
			throw new Problem('method_not_allowed', {}, { Allow: allowed.join(', ') });
		});
	}
}

async function answer(c: Context, house: House, wanted: Route): Promise<Response> {
	const now = house.world.now();
	const known = await house.signIn.sessionOf(c.req.raw.headers);
	const session = known?.session ?? null;
	const actor = await actorBehind(house, session);
	admit(actor, now, wanted.who);
	for (const cookie of known?.setCookies ?? []) c.header('Set-Cookie', cookie, { append: true });

	const { value, bytes, cut }: Body = await bodyOf(c.req.raw, wanted);
	const answered = await wanted.respond({
		house,
		actor,
		session,
		now,
		params: read(wanted.params, c.req.param(), 'path'),
		query: read(wanted.query, queryOf(c.req.raw), 'query'),
		body: read(wanted.body, value, 'body'),
		bytes,
		cut,
		request: c.req.raw,
		address: addressOf(c, house),
		hangUp: () => socketOf(c)?.outgoing.destroy(),
	});
	if (answered instanceof Response) return answered;
	return c.json(answered as object, wanted.status ?? 200);
}

async function bodyOf(request: Request, wanted: Route): Promise<Body> {
	if (wanted.method === 'GET') return { bytes: new Uint8Array(), value: {}, cut: false };
	const read = wanted.bodyTypes === undefined ? readBody : readRawBody;
	return read(request, wanted.bodyBytesMax ?? bodyBytesMax);
}

async function actorBehind(house: House, session: Session | null): Promise<Actor> {
	if (session === null) return { userId: null, grants: [] };
	return actorOf(house.world.port, session.userId);
}

function admit(actor: Actor, now: Instant, who: Who): void {
	if (who === 'anyone') return;
	if (actor.userId === null) throw new Problem('not_signed_in');
	if (who !== 'signed_in') requireRole(actor, now, who);
}

function read(schema: Schema | undefined, value: unknown, where: string): unknown {
	const parsed = (schema ?? nothing).safeParse(value);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw malformed(`${[where, ...(issue?.path ?? [])].join('.')}: ${issue?.code ?? 'invalid'}`);
}

/** A name given twice is two opinions: refused, rather than believing the first or the last. */
function queryOf(request: Request): Record<string, string> {
	const { searchParams } = new URL(request.url);
	const entries = [...searchParams];
	if (new Set(searchParams.keys()).size < entries.length) throw malformed('query: given twice');
	return Object.fromEntries(entries);
}

/** Only a proxy on this very machine is believed, and only about the hop that reached it. */
function addressOf(c: Context, house: House): string {
	const socket = socketOf(c) === null ? '' : (getConnInfo(c).remote.address ?? '');
	const told = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim();
	return house.behindProxy && isLoopback(socket) && told ? told : socket;
}

/** What the server's adapter knows of the connection. A test calls without one. */
function socketOf(c: Context): HttpBindings | null {
	const env = c.env as Partial<HttpBindings> | undefined;
	return env?.incoming === undefined ? null : (env as HttpBindings);
}

const isLoopback = (address: string) =>
	address === '::1' || address.replace('::ffff:', '').startsWith('127.');
