import { createHash, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import type { ImageType } from '#sync/protocol/blob.ts';
import type { TestServer } from './app.ts';

export type Bytes = Uint8Array<ArrayBuffer>;

export const photoHeads: Readonly<Record<ImageType, readonly number[]>> = {
	'image/jpeg': [0xff, 0xd8, 0xff, 0xe0],
	'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
	'image/webp': [...Buffer.from('RIFF\u0001\u0002\u0003\u0000WEBP', 'latin1')],
};

/** Another photo each time, of so many bytes. */
export function aPhoto(size = 5_000, type: ImageType = 'image/jpeg'): Bytes {
	const bytes = new Uint8Array(randomBytes(size));
	bytes.set(photoHeads[type]);
	return bytes;
}
export const hashOf = (bytes: Bytes): string => createHash('sha256').update(bytes).digest('hex');

/** Sends and asks for photos, as a member of the cast. */
export function photosOn(server: TestServer) {
	async function ask(
		method: string,
		hash: string,
		as: number,
		rest: { headers?: Record<string, string>; body?: BodyInit } = {},
	) {
		const authorization = `Bearer ${await server.tokenOf(as)}`;
		const { body, headers } = rest;
		return server.open.app.request(`/api/blobs/${hash}`, {
			method,
			headers: { authorization, ...headers },
			...(body === undefined ? {} : { body, duplex: 'half' }),
		});
	}

	/** Sends a photo or a part of it; status and answer. */
	async function put(
		as: number,
		photo: Bytes,
		part?: readonly [from: number, to: number],
		hash = hashOf(photo),
	) {
		const [from, to] = part ?? [0, photo.length];
		const headers: Record<string, string> =
			part === undefined ? {} : { 'content-range': `bytes ${from}-${to - 1}/${photo.length}` };
		const response = await ask('PUT', hash, as, { body: photo.slice(from, to), headers });
		return { status: response.status, body: (await response.json()) as Record<string, unknown> };
	}

	async function offsetOf(
		as: number,
		photo: Bytes,
	): Promise<[status: number, offset: string | null]> {
		const response = await ask('HEAD', hashOf(photo), as);
		expect(await response.text()).toBe('');
		return [response.status, response.headers.get('upload-offset')];
	}
	const isThere = async (as: number, photo: Bytes) => (await ask('GET', hashOf(photo), as)).status;

	return { ask, put, offsetOf, isThere };
}

export type Photos = ReturnType<typeof photosOn>;
