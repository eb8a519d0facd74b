import type { ImageType } from '#sync/protocol/blob.ts';

/** So many first bytes tell the kind of an image. */
export const imageHeadBytes = 12;

/** The kind of an image by its first bytes: the only thing about an upload that can be believed. */
export function imageTypeOf(head: Uint8Array): ImageType | null {
	if (begins(head, [0xff, 0xd8, 0xff])) return 'image/jpeg';
	if (begins(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
	const isRiff = begins(head, letters('RIFF'));
	return isRiff && begins(head.subarray(8), letters('WEBP')) ? 'image/webp' : null;
}

const letters = (text: string): number[] => [...text].map((each) => each.charCodeAt(0));

const begins = (bytes: Uint8Array, first: readonly number[]): boolean =>
	first.every((byte, index) => bytes[index] === byte);
