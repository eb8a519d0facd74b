import * as z from 'zod/mini';

/** A photo at most; a phone makes them much smaller before it keeps them. */
export const blobBytesMax = 2 * 1024 * 1024;

/** What is told apart by its first bytes, and nothing else is taken. */
export const imageTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type ImageType = (typeof imageTypes)[number];

/** A photo's name is the digest of its bytes: a phone knows it before the server does. */
export const blobHash = z.string().check(z.regex(/^[0-9a-f]{64}$/));

/** What `HEAD /api/blobs/:sha256` answers: how many bytes have arrived. The next part begins there. */
export const offsetHeader = 'Upload-Offset';

/** What `PUT /api/blobs/:sha256` answers. */
export const blobAnswer = z.strictObject({
	/** How many bytes have arrived. */
	offset: z.int().check(z.minimum(0), z.maximum(blobBytesMax)),
	/** All of them, and they are what their digest says. */
	complete: z.boolean(),
});
