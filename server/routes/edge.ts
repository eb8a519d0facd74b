import { createHash } from 'node:crypto';
import { depthMax } from '#sync/protocol/sync.ts';
import { Problem } from './problem.ts';

/** Bytes of a body at most; `POST /api/sync` carries a batch and may be larger. */
export const bodyBytesMax = 256 * 1024;
export const syncBodyBytesMax = 512 * 1024;

/** A body as it came and as it reads. */
export type Body = {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly value: unknown;
	readonly cut: boolean;
};

/**
 * Reads a JSON body, and nothing else: bytes are counted as they arrive, so that a length left out
 * or a chunked body cannot get around the limit. No body at all reads as `{}`.
 */
export async function readBody(request: Request, bytesMax: number): Promise<Body> {
	const { bytes, broke } = await readBytes(request, bytesMax);
	if (broke !== null) throw new Error('the connection broke', { cause: broke.error });
	if (bytes.length === 0) return { bytes, value: {}, cut: false };
	if (!isJson(request.headers)) throw new Problem('not_json');
	const value = parseJson(bytes);
	const trouble = troubleIn(value);
	if (trouble !== null) throw malformed(trouble);
	return { bytes, value, cut: false };
}

/**
 * Reads a body of bytes as they are. What came before the connection broke is a beginning, and worth
 * keeping: a phone on a bad network goes on behind it.
 */
export async function readRawBody(request: Request, bytesMax: number): Promise<Body> {
	if (!isPlainlyEncoded(request.headers))
		throw malformed('Content-Encoding: the bytes are taken as they are');
	const { bytes, broke } = await readBytes(request, bytesMax);
	return { bytes, value: {}, cut: broke !== null };
}

export const malformed = (detail: string): Problem => new Problem('malformed', { detail });

/** The digest by which a repeat is known to be one: the same method, path and bytes. */
export const hashOf = (request: Request, bytes: Uint8Array): string =>
	createHash('sha256')
		.update(`${request.method} ${new URL(request.url).pathname}\n`)
		.update(bytes)
		.digest('hex');

/** What came of a body, and what the connection broke with, if it did. */
type Received = {
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly broke: { readonly error: unknown } | null;
};

async function readBytes(request: Request, bytesMax: number): Promise<Received> {
	// The rest of the body is on its way: nothing else can be said on this connection.
	const tooLarge = () => new Problem('too_large', { bytesMax }, { Connection: 'close' });
	if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw tooLarge();
	const pieces: Uint8Array[] = [];
	let size = 0;
	try {
		for await (const piece of request.body ?? []) {
			size += piece.length;
			if (size > bytesMax) break;
			pieces.push(piece);
		}
	} catch (error) {
		return { bytes: Buffer.concat(pieces), broke: { error } };
	}
	if (size > bytesMax) throw tooLarge();
	return { bytes: Buffer.concat(pieces), broke: null };
}

const isPlainlyEncoded = (headers: Headers): boolean =>
	(headers.get('content-encoding') ?? 'identity') === 'identity';

function isJson(headers: Headers): boolean {
	const type = (headers.get('content-type') ?? '').toLowerCase().replaceAll(' ', '');
	const plain = ['application/json', 'application/json;charset=utf-8'];
	return isPlainlyEncoded(headers) && plain.includes(type);
}

function parseJson(bytes: Uint8Array): unknown {
	try {
		return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
	} catch {
		throw malformed('The body is not JSON in UTF-8.');
	}
}

// eslint-disable-next-line no-control-regex -- control characters are just what must not pass
const controlCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/**
 * What is wrong with a parsed body whatever its schema: nesting that a recursive reader would trip
 * over, text no database takes (NUL, half a surrogate pair), a key that names an object's prototype.
 */
function troubleIn(root: unknown): string | null {
	const waiting: [value: unknown, depth: number][] = [[root, 1]];
	for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
		const [value, depth] = next;
		const trouble = troubleAt(value, depth);
		if (trouble !== null) return trouble;
		if (typeof value !== 'object' || value === null) continue;
		for (const each of Object.values(value)) waiting.push([each, depth + 1]);
	}
	return null;
}

function troubleAt(value: unknown, depth: number): string | null {
	if (typeof value === 'string')
		return isPlainText(value)
			? null
			: 'Text holds a control character or half of a surrogate pair.';
	if (typeof value !== 'object' || value === null) return null;
	if (depth > depthMax) return `Nested deeper than ${depthMax}.`;
	const keys = Array.isArray(value) ? [] : Object.keys(value);
	const sound = !keys.includes('__proto__') && keys.every(isPlainText);
	return sound ? null : 'A key that cannot be.';
}

const isPlainText = (text: string): boolean => text.isWellFormed() && !controlCharacters.test(text);
