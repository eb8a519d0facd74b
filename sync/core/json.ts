/** How deep a JSON value is nested, counted up to one more than `limit`. Never recurses deeper. */
export function depthOf(value: unknown, limit: number): number {
	if (typeof value !== 'object' || value === null) return 0;
	if (limit <= 0) return 1;
	let deepest = 0;
	for (const each of Object.values(value)) deepest = Math.max(deepest, depthOf(each, limit - 1));
	return deepest + 1;
}

/** Whether a database takes every text in it as JSON: none holds a NUL or half a surrogate pair. */
export const isStorable = (value: unknown): boolean => {
	if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
	if (typeof value !== 'object' || value === null) return true;
	return Object.entries(value).every((pair) => pair.every(isStorable));
};
