import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { root } from './run.ts';

/** What one page costs on a first visit, in bytes over the wire (gzip). */
export type PageBytes = {
	readonly page: string;
	/** JavaScript that has to be there before the page can be drawn, the words of one language too. */
	readonly critical: number;
	/** JavaScript that is fetched behind the drawn page: the database, and whatever else is lazy. */
	readonly lazy: number;
	readonly css: number;
	/** The code that has to be there before the page can be drawn, without the words. */
	readonly code: string;
};
export type Bundles = {
	readonly pages: readonly PageBytes[];
	/** Everything that is put on the phone to open without network (brotli). */
	readonly precache: number;
};

type Chunk = {
	readonly file: string;
	readonly imports?: readonly string[];
	readonly dynamicImports?: readonly string[];
	readonly css?: readonly string[];
};
type Manifest = Readonly<Record<string, Chunk>>;

const client = path.join(root, '.svelte-kit/output/client');
const generated = '.svelte-kit/generated/client-optimized';
const words = 'src/lib/words/en.ts';
const laterWords = 'src/lib/words/later-en.ts';
/** This page is made of words that no other first screen says, and waits for them (`+page.ts`). */
const waitsForAllWords = ['/demo'];
/** Not fetched by itself: other pages, the other language, and what only signing out needs. */
const onlyWhenAsked = /\/nodes\/|\/(?:later-)?hi\.ts$|\/(?:sign-out|seal-key)\.ts$/;

/** Reads the build that was made last (`npm run build`). */
export function bundlesOf(): Bundles {
	const manifest = JSON.parse(
		readFileSync(path.join(client, '.vite/manifest.json'), 'utf8'),
	) as Manifest;
	const start = Object.keys(manifest).filter((key) => manifest[key]?.file.includes('/entry/'));
	const node = (number: number) => `${generated}/nodes/${number}.js`;
	const pages = pageNodes().map(({ page, number }) => {
		const code = reached(manifest, [...start, node(0), node(number)]);
		const said = waitsForAllWords.includes(page) ? [words, laterWords] : [words];
		const critical = [...new Set([...code, ...reached(manifest, said)])];
		const lazy = reachedLater(manifest, critical);
		const css = new Set(critical.flatMap((key) => manifest[key]?.css ?? []));
		const files = (keys: readonly string[]) => keys.map((key) => manifest[key]?.file ?? '');
		return {
			page,
			critical: total(files(critical)),
			lazy: total(files(lazy)),
			css: total([...css]),
			code: files(code).map(textOf).join('\n'),
		};
	});
	return { pages, precache: precacheBytes() };
}

/** Kit's own table of which node draws which page. */
function pageNodes(): readonly { readonly page: string; readonly number: number }[] {
	const app = readFileSync(path.join(root, generated, 'app.js'), 'utf8');
	return [...app.matchAll(/"(\/[^"]*)": \[~?(\d+)/g)].map(([, page = '', number]) => ({
		page,
		number: Number(number),
	}));
}

/** These chunks and all that they import at once, each once. */
function reached(manifest: Manifest, from: readonly string[]): readonly string[] {
	const found = new Set<string>();
	const visit = (key: string) => {
		if (found.has(key)) return;
		const chunk = manifest[key];
		if (chunk === undefined) throw new Error(`The build has no ${key}.`);
		found.add(key);
		chunk.imports?.forEach(visit);
	};
	from.forEach(visit);
	return [...found];
}

/** What these chunks fetch behind the page, and what that fetches, but for what they are themselves. */
function reachedLater(manifest: Manifest, critical: readonly string[]): readonly string[] {
	const found = new Set<string>();
	const visit = (key: string) => {
		for (const later of manifest[key]?.dynamicImports ?? []) {
			if (onlyWhenAsked.test(later)) continue;
			const fresh = reached(manifest, [later]).filter((each) => !found.has(each));
			for (const each of fresh) found.add(each);
			fresh.forEach(visit);
		}
	};
	critical.forEach(visit);
	return [...found].filter((key) => !critical.includes(key));
}

const textOf = (file: string): string => readFileSync(path.join(client, file), 'utf8');
const gzipped = (file: string): number =>
	gzipSync(readFileSync(path.join(client, file)), { level: 9 }).length;
const total = (files: readonly string[]): number =>
	files.reduce((sum, file) => sum + gzipped(file), 0);

/** What the service worker keeps: the built files, and the static ones but the pictures for stores. */
function precacheBytes(): number {
	const build = path.join(root, 'build');
	const kept = readdirSync(build, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !/\.(?:br|gz|map)$/.test(entry.name))
		.map((entry) => path.join(entry.parentPath, entry.name))
		.filter((file) => !/[\\/]screens[\\/]|service-worker\.js$|version\.json$/.test(file));
	return kept.reduce((sum, file) => sum + brotliCompressSync(readFileSync(file)).length, 0);
}
