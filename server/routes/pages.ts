import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import type { Hono, MiddlewareHandler } from 'hono';
import type { House } from './house.ts';
import { Problem } from './problem.ts';

/** Files whose name changes with their content: a browser need never ask again. */
const immutable = '/_app/immutable/';

/**
 * The built PWA: its files, and for every other path the one page, which finds out on the device
 * what to show there. The page itself is asked for anew each time, or nobody would get a new version.
 */
export function servePages(app: Hono, house: House): void {
	const { buildDir } = house;
	const indexFile = buildDir === null ? null : path.join(buildDir, 'index.html');
	if (buildDir === null || indexFile === null || !existsSync(indexFile)) return;
	const index = readFileSync(indexFile, 'utf8');
	app.use(policy(index, inlineStyles(buildDir, index), house));
	app.use(caching);
	app.use(serveStatic({ root: buildDir, precompressed: true }));
	const page = serveStatic({ root: buildDir, path: 'index.html', precompressed: true });
	app.get('*', async (c, next) => {
		// A missing file is missing: the page in its place would be run as a script.
		const isFile = c.req.path.startsWith('/_app/') || /\.[^/]*$/.test(c.req.path);
		if (isFile) throw new Problem('not_found');
		return page(c, next);
	});
}

const caching: MiddlewareHandler = async (c, next) => {
	await next();
	const forGood = c.req.path.startsWith(immutable) && c.res.ok;
	c.res.headers.set('Cache-Control', forGood ? 'public, max-age=31536000, immutable' : 'no-cache');
};

/** Only our own files count, and what the build itself wrote inline, by its digests. */
function policy(index: string, styles: readonly string[], { demo }: House): MiddlewareHandler {
	const frames = demo === null ? "'none'" : "'self'";
	const directives = [
		"default-src 'self'",
		`script-src 'self' ${inlineScripts(index).map(sourceOf).join(' ')}`.trim(),
		"style-src 'self'",
		`style-src-attr ${["'unsafe-hashes'", ...styles.map(sourceOf)].join(' ')}`,
		"img-src 'self' data: blob:",
		"connect-src 'self'",
		"worker-src 'self'",
		"manifest-src 'self'",
		"object-src 'none'",
		"base-uri 'none'",
		"form-action 'self'",
		`frame-src ${frames}`,
		`frame-ancestors ${frames}`,
	].join('; ');
	return async (c, next) => {
		await next();
		c.res.headers.set('Content-Security-Policy', directives);
	};
}

const inlineScripts = (html: string): string[] =>
	[...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
		([, script = '']) => script,
	);

/**
 * Style attributes in the markup of the page's first files: SvelteKit hides with one the element that
 * tells a new page's name to screen readers.
 */
function inlineStyles(buildDir: string, index: string): string[] {
	const files = [...index.matchAll(/"\/(_app\/immutable\/entry\/[\w.-]+\.js)"/g)]
		.map(([, file = '']) => path.join(buildDir, file))
		.filter((file) => existsSync(file));
	const styles = [...new Set(files)]
		.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/\sstyle="([^"]*)"/g)])
		.map(([, style = '']) => style);
	return [...new Set(styles)];
}

/** How a content policy names a piece of inline code or style. */
export const sourceOf = (code: string): string =>
	`'sha256-${createHash('sha256').update(code).digest('base64')}'`;
