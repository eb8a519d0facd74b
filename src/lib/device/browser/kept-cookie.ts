import { canEncrypt, hashed } from './browser-crypto.ts';
import { onThisPhone } from './names.ts';

/**
 * A browser that runs out of room throws away all databases of a site at once, and says nothing. A
 * cookie is not part of that: it tells the next start that there was something, and how much of it
 * had not been sent. It has no name in it.
 *
 * Safari erases cookies that a page has written after seven days without a visit, together with the
 * databases, unless the app is on the home screen: there only the server knows what is missing
 * (`earlier` in its answer).
 */
export type Kept = {
	readonly browserId: string;
	readonly owner: string;
	readonly unsent: number;
};

const cookieName = onThisPhone('moto-kept');
const keptSeconds = 400 * 86_400;
const shape = /^([0-9a-f-]{36})\.([0-9a-f]{16})\.(\d{1,7})$/;

export function readKept(): Kept | null {
	const found = document.cookie
		.split('; ')
		.find((each) => each.startsWith(`${cookieName}=`))
		?.slice(cookieName.length + 1);
	const [, browserId, owner, unsent] = shape.exec(found ?? '') ?? [];
	if (browserId === undefined || owner === undefined) return null;
	return { browserId, owner, unsent: Number(unsent) };
}

/** Null where the page did not come over a safe line: then nothing is remembered. */
export const ownerMark = async (kept: string): Promise<string | null> =>
	canEncrypt() ? (await hashed(kept)).slice(0, 16) : null;

export const writeKept = ({ browserId, owner, unsent }: Kept): void =>
	put(`${browserId}.${owner}.${unsent}`, keptSeconds);

/** Of this person; another's stays. Null: of whoever it is. */
export async function eraseKept(kept: string | null): Promise<void> {
	if (kept === null || readKept()?.owner === (await ownerMark(kept))) put('', 0);
}

function put(value: string, seconds: number): void {
	const secure = location.protocol === 'https:' ? '; Secure' : '';
	document.cookie = `${cookieName}=${value}; Max-Age=${seconds}; Path=/; SameSite=Lax${secure}`;
}
