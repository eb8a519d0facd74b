const hexOf = (value: number, digits: number) =>
	(value >>> 0).toString(16).padStart(8, '0').slice(-digits);

/** A UUID v7 from its time in milliseconds and 80 random bits given as three 32-bit words. */
export function uuidV7(atMs: number, words: readonly [number, number, number]): string {
	const time = Math.max(0, Math.floor(atMs)).toString(16).padStart(12, '0').slice(-12);
	const [a, b, c] = words;
	const variant = (0x80 | ((b >>> 24) & 0x3f)).toString(16).padStart(2, '0');
	const head = `${time.slice(0, 8)}-${time.slice(8)}-7${hexOf(a, 3)}`;
	return `${head}-${variant}${hexOf(b >>> 16, 2)}-${hexOf(b, 4)}${hexOf(c, 8)}`;
}

/**
 * The ids that one mutation makes, in order: the same on the phone and on the server, so that what
 * was shown offline is the very row that the server stores.
 *
 * Time is the mutation's own frozen `at`; the other bits mix its id with a counter.
 */
export function derivedIds(mutationId: string, frozenAt: string): () => string {
	const atMs = Date.parse(frozenAt);
	let count = 0;
	return () => {
		count += 1;
		return uuidV7(atMs, [
			mix(mutationId, count * 3),
			mix(mutationId, count * 3 + 1),
			mix(mutationId, count * 3 + 2),
		]);
	};
}

/** MurmurHash3's 32-bit mixing over the characters of `text`, started from `seed`. */
export function mix(text: string, seed: number): number {
	let hash = seed | 0;
	for (let index = 0; index < text.length; index += 1) {
		let word = Math.imul(text.charCodeAt(index), 0xcc9e2d51);
		word = (word << 15) | (word >>> 17);
		hash ^= Math.imul(word, 0x1b873593);
		hash = (hash << 13) | (hash >>> 19);
		hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
	}
	hash ^= text.length;
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (hash ^ (hash >>> 16)) >>> 0;
}
