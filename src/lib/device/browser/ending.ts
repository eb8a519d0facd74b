import { useBearer } from './credentials.ts';
import type { Http } from '#lib/device/sync/http.ts';
import { onThisPhone } from './names.ts';
import { writePhone } from './phone-database.ts';

/**
 * Signing out without network. The session's cookie is out of reach of a page, so this phone only
 * remembers that it has to go, and tells the server before anything else it ever says to it again:
 * nothing leaves this phone in the name of somebody who signed out.
 */
const endingKey = onThisPhone('moto-ending');

/** From here on nothing is said before the session was ended. On the disk when it resolves. */
export async function endSession(): Promise<void> {
	remember();
	await writePhone({ ending: true });
}

/** After a start: a killed browser may have lost what it wrote last. */
export function remember(): void {
	localStorage.setItem(endingKey, 'yes');
}

export const isEnding = (): boolean => localStorage.getItem(endingKey) !== null;

let ending: Promise<void> | null = null;

/** Ends the session first where that is due. Rejects, as a lost network does, when it cannot. */
export async function endedFirst(http: Http): Promise<void> {
	if (!isEnding()) return;
	ending ??= end(http).finally(() => {
		ending = null;
	});
	await ending;
}

async function end(http: Http): Promise<void> {
	const response = await http('/api/auth/sign-out', {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: '{}',
	});
	const isOurs = response.headers.get('content-type')?.includes('json') ?? false;
	// Signed out, or nobody to sign out. Anything else is a bad moment, or a hotel's network.
	if (!isOurs || !(response.ok || response.status === 401))
		throw new TypeError(`the session could not be ended: ${response.status}`);
	useBearer(null);
	await writePhone({ ending: false });
	localStorage.removeItem(endingKey);
}
