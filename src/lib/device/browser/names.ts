/**
 * In the demo, two phones lie side by side on one page (`/demo`), each in a frame opened with
 * `?phone=`. Which one this is stands in the frame's own name, because the address changes with
 * every page, and frames of one tab share the storage of the tab.
 */
const framePrefix = 'moto-phone-';
export type Letter = 'a' | 'b';

const letter: Letter | null = letterHere();

/** Whether this is one of the two phones. */
export const isOneOfTwo = letter !== null;

/** A name of what is kept in this browser; each of two phones side by side puts its letter to it. */
export const onThisPhone = (name: string): string =>
	letter === null ? name : onPhone(letter, name);
export const onPhone = (which: Letter, name: string): string => `${name}-${which}`;

/** Under this key of localStorage lies who uses this phone: the same in all its tabs. */
export const sessionKey = onThisPhone('moto-me');

/** Names of what one person keeps in this browser. `owner` is `onThisPhone` of his user id. */
export const outboxName = (owner: string): string => `moto-out-${owner}`;

/** Documents of another shape live in another database: they are read again, never converted. */
export const stateName = (owner: string, schema: number): string =>
	`${stateNamePrefix}${schema}-${owner}`;
export const stateNamePrefix = 'moto-state-v';

export const syncLockName = (owner: string): string => `moto-sync-${owner}`;
export const openLockName = (owner: string): string => `moto-open-${owner}`;
export const photosLockName = (owner: string): string => `moto-photos-${owner}`;
export const liveLockName = (owner: string): string => `moto-live-${owner}`;
export const channelName = (owner: string): string => `moto-tabs-${owner}`;

/**
 * Whether a database or a key belongs to this person on this phone, by its name. The same person on
 * one of two phones side by side is somebody else.
 */
export function isOfPerson(owner: string, name: string): boolean {
	const at = name.indexOf(owner);
	return at >= 0 && !/^-[ab](?:-|$)/.test(name.slice(at + owner.length));
}

/** Whether a key of this phone belongs to a person, whoever that is. */
export function isOfSomebody(name: string): boolean {
	const [owner] = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-[ab](?=-|$))?/.exec(name) ?? [];
	return owner !== undefined && owner === onThisPhone(owner.slice(0, 36));
}

/** Only inside a page of ours: a link with `?phone=` from elsewhere opens the ordinary app. */
function letterHere(): Letter | null {
	const page = globalThis as Partial<Pick<Window, 'name' | 'parent' | 'location'>>;
	if (page.location === undefined || page.parent === (page as unknown)) return null;
	const asked = new URLSearchParams(page.location.search).get('phone');
	if (asked === 'a' || asked === 'b') page.name = framePrefix + asked;
	const found = page.name?.startsWith(framePrefix) ? page.name.slice(framePrefix.length) : '';
	return found === 'a' || found === 'b' ? found : null;
}
