import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { House } from './house.ts';
import { Problem } from './problem.ts';

/** Headers that every answer carries; the content policy differs between pages and the API. */
export const headersFor = (house: House): MiddlewareHandler =>
	secureHeaders({
		referrerPolicy: 'strict-origin-when-cross-origin',
		// `frame-ancestors` of the content policy says it; the demo shows two phones side by side.
		xFrameOptions: house.demo === null ? 'DENY' : 'SAMEORIGIN',
		strictTransportSecurity: house.secure ? 'max-age=31536000; includeSubDomains' : false,
		permissionsPolicy: { camera: ['self'], geolocation: ['self'], microphone: ['self'] },
	});

/** Tells every phone whether this is a demo; one that would ask for it got an error where it is none. */
export const modeOf =
	({ demo }: House): MiddlewareHandler =>
	async (c, next) => {
		await next();
		c.res.headers.set('Moto-Mode', demo === null ? 'production' : 'demo');
	};

/** An answer of the API, opened as a page, can do nothing; nobody keeps a copy unless told to. */
export const inert: MiddlewareHandler = async (c, next) => {
	await next();
	if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
	c.res.headers.set(
		'Content-Security-Policy',
		"default-src 'none'; frame-ancestors 'none'; sandbox",
	);
};

const reading = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses writes that a page of another site makes with a visitor's cookie, and sign-ins it starts.
 *
 * A browser always says where a write comes from, in `Sec-Fetch-Site` or `Origin`. Whoever says
 * neither is no browser and carries no cookie that is not its own; a bearer token is never sent by
 * a page that does not have it.
 */
export const sameSiteWrites =
	(house: House): MiddlewareHandler =>
	async (c, next) => {
		const headers = c.req.raw.headers;
		if (!reading.includes(c.req.method) && !headers.has('authorization')) {
			const site = headers.get('sec-fetch-site');
			const origin = headers.get('origin');
			const own = site === 'same-origin' || site === 'none';
			const silent = site === null && origin === null;
			if (!own && !silent && !house.origins.includes(origin ?? ''))
				throw new Problem('wrong_origin');
		}
		await next();
	};

/** Paths that only a tool writes: a NUL, a backslash, an empty or dotted step, half an escape. */
export const plainPaths: MiddlewareHandler = async (c, next) => {
	if (!isPlain(new URL(c.req.url).pathname)) throw new Problem('malformed', { detail: 'path' });
	await next();
};

function isPlain(pathname: string): boolean {
	let decoded: string;
	try {
		decoded = decodeURIComponent(pathname);
	} catch {
		return false;
	}
	// eslint-disable-next-line no-control-regex -- control characters are just what must not pass
	return !/[\u0000-\u001f\u007f\\]|\/\/|(?:^|\/)\.{1,2}(?:\/|$)/.test(decoded);
}
