/** A browser's storage of strings. */
export function aStorage() {
	const kept = new Map<string, string>();
	return {
		get length() {
			return kept.size;
		},
		key: (at: number) => [...kept.keys()][at] ?? null,
		getItem: (key: string) => kept.get(key) ?? null,
		setItem: (key: string, value: string) => void kept.set(key, value),
		removeItem: (key: string) => void kept.delete(key),
		clear: () => kept.clear(),
		keys: () => [...kept.keys()],
	};
}
