import { canEncrypt, sha256 } from './browser-crypto.ts';
import type { KeptPhoto, Tables } from './books-tables.ts';
import type { MakesRoom } from './storage-full.ts';

/** Photos come compressed; one as big as this was not. */
export const photoBytesMax = 300_000;

/**
 * Photos on this phone. A mutation names a photo by its hash and never waits for it: the photo follows
 * when there is nothing else to send (`photo-uploader.ts`).
 */
export type Photos = {
	/** On the disk when it resolves, under the hash of its bytes; the same photo twice is one. */
	readonly keep: (photo: Blob) => Promise<string>;
	readonly find: (sha: string) => Promise<KeptPhoto | null>;
	/** One that waits to be uploaded; null: none. */
	readonly next: () => Promise<KeptPhoto | null>;
	readonly waiting: () => Promise<number>;
	readonly mark: (sha: string, state: KeptPhoto['state']) => Promise<void>;
	/** The bytes of these are at the server. */
	readonly forgetUploaded: MakesRoom;
};

export function createPhotos(books: {
	readonly tables: Tables;
	readonly withRoom: <T>(write: () => Promise<T>) => Promise<T>;
}): Photos {
	const { photos, db } = books.tables;
	const waiting = () => photos.where('state').equals('waiting');
	return {
		keep: async (photo) => {
			if (photo.size > photoBytesMax) throw new RangeError(`a photo of ${photo.size} bytes`);
			if (!canEncrypt()) throw new Error('photos need a page that came over a safe line');
			const bytes = new Uint8Array(await photo.arrayBuffer());
			const sha = await sha256(bytes);
			await books.withRoom(() =>
				db.transaction('rw', photos, () =>
					photos
						.get(sha)
						.then(
							(known) =>
								known?.sha ?? photos.add({ sha, type: photo.type, bytes, state: 'waiting' }),
						),
				),
			);
			const kept = await photos.get(sha);
			if (kept?.bytes.length !== bytes.length)
				throw new Error('a photo was written and is not there');
			return sha;
		},
		find: async (sha) => (await photos.get(sha)) ?? null,
		next: async () => (await waiting().first()) ?? null,
		waiting: () => waiting().count(),
		mark: async (sha, state) => {
			await photos.update(sha, { state });
		},
		forgetUploaded: async () => (await photos.where('state').equals('uploaded').delete()) > 0,
	};
}
