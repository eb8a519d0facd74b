import { Dexie } from 'dexie';
import { within } from '#lib/device/browser/browser-clock.ts';
import { eraseKept } from '#lib/device/browser/kept-cookie.ts';
import { isOfPerson } from '#lib/device/browser/names.ts';

/** Another tab that holds a database closes it when it hears that; a frozen one may never hear. */
const blockedMsMax = 10_000;

/**
 * Erases every byte of one person from this browser: databases (but for those named), strings and the
 * cookie. What he sealed is not found this way, for nothing of it has his name. Rejects when something
 * is left, for whoever called to try again at the next start.
 */
export async function erasePerson(kept: string, but: readonly string[] = []): Promise<void> {
	eraseStrings(kept);
	await eraseKept(kept);
	const names = await databasesOf(kept, but);
	const deleting = Promise.all(names.map((name) => Dexie.delete(name)));
	await within(blockedMsMax, deleting, `deleting ${names.length} databases`);
	eraseStrings(kept); // A page that was being closed may have written some.
	const left = await databasesOf(kept, but);
	if (left.length > 0) throw new Error(`${left.length} databases are still there`);
}

const databasesOf = async (kept: string, but: readonly string[]): Promise<readonly string[]> =>
	(await Dexie.getDatabaseNames()).filter((name) => isOfPerson(kept, name) && !but.includes(name));

function eraseStrings(kept: string): void {
	for (const area of [localStorage, sessionStorage])
		for (const key of keysOf(area)) if (isOfPerson(kept, key)) area.removeItem(key);
}

const keysOf = (area: Storage): readonly string[] =>
	Array.from({ length: area.length }, (_, index) => area.key(index) ?? '');
