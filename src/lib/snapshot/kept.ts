import { onThisPhone, sessionKey } from '#lib/device/browser/names.ts';

/**
 * What one person keeps in this browser beside the databases: read at once, before anything is
 * drawn. Never the only copy of anything, so a full or forbidden storage is no fault.
 */
type Kind = 'snapshot' | 'draft';
const kinds: readonly Kind[] = ['snapshot', 'draft'];

const prefixOf = (kind: Kind, owner: string): string => `moto-${kind}-${owner}-`;
const keyOf = (kind: Kind, owner: string, name: string): string =>
	prefixOf(kind, owner) + onThisPhone(name);

/** Null: nothing is kept, or nothing that can be read. */
export function readKept(kind: Kind, owner: string, name: string): unknown {
	try {
		return JSON.parse(localStorage.getItem(keyOf(kind, owner, name)) ?? 'null');
	} catch {
		return null; // Written by something else, or storage is forbidden here: as if there were none.
	}
}

/**
 * False: there was no room; what was kept before is then gone too, for it is not true any more. Or
 * he has signed out, maybe in another tab, and nothing of him is written any more.
 */
export function writeKept(kind: Kind, owner: string, name: string, value: unknown): boolean {
	try {
		if (!localStorage.getItem(sessionKey)?.includes(owner)) return false;
		localStorage.setItem(keyOf(kind, owner, name), JSON.stringify(value));
		return true;
	} catch {
		dropKept(kind, owner, name);
		return false;
	}
}

export function dropKept(kind: Kind, owner: string, name: string): void {
	forget((key) => key === keyOf(kind, owner, name));
}

/** Everything of one person. */
export function forgetKeptOf(owner: string): void {
	forget((key) => kinds.some((kind) => key.startsWith(prefixOf(kind, owner))));
}

/** Everything of everybody else who used this phone. */
export function forgetKeptOfOthers(owner: string): void {
	const isOfThisPhone = (key: string) => /-[ab]$/.test(key) === /-[ab]$/.test(onThisPhone(''));
	forget(
		(key) =>
			kinds.some((kind) => key.startsWith(`moto-${kind}-`)) &&
			!kinds.some((kind) => key.startsWith(prefixOf(kind, owner))) &&
			isOfThisPhone(key),
	);
}

function forget(isMeant: (key: string) => boolean): void {
	try {
		const keys = Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? '');
		for (const key of keys) if (isMeant(key)) localStorage.removeItem(key);
	} catch {
		// Storage that may not be used holds nothing to forget.
	}
}
