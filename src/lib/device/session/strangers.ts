import { eraseKept } from '#lib/device/browser/kept-cookie.ts';
import { isOfPerson, isOfSomebody } from '#lib/device/browser/names.ts';

/**
 * Erases the strings of everybody but the one who uses this phone for certain, and the cookie if
 * nobody does. A browser writes both to its disk late: killed soon after somebody has left, it has
 * them back at its next start, although they were erased.
 */
export async function eraseStrangers(kept: string | null): Promise<void> {
	const keys = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? '');
	for (const key of keys)
		if (isOfSomebody(key) && (kept === null || !isOfPerson(kept, key)))
			localStorage.removeItem(key);
	if (kept === null) await eraseKept(null);
}
