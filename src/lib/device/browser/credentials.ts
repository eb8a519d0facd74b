import { isOneOfTwo, onPhone, onThisPhone, type Letter } from './names.ts';

/**
 * How requests say who asks. Normally the session's cookie does. Two phones side by side on one page
 * are two people in one browser: each has a bearer token, and no cookie.
 */
const bearerKey = 'moto-bearer';
const browserKey = 'moto-browser';

export function authorization(): Record<string, string> {
	const bearer = sessionStorage.getItem(onThisPhone(bearerKey));
	return bearer === null ? {} : { authorization: `Bearer ${bearer}` };
}

/** Whose cookie goes along: of two phones side by side none, or both would be who signed in last. */
export const cookies = (): RequestCredentials => (isOneOfTwo ? 'omit' : 'same-origin');

/** Null: back to the cookie. The page around two phones names the one it signs somebody in on. */
export function useBearer(token: string | null, phone?: Letter): void {
	const key = phone === undefined ? onThisPhone(bearerKey) : onPhone(phone, bearerKey);
	if (token === null) sessionStorage.removeItem(key);
	else sessionStorage.setItem(key, token);
}

/** This browser's own id, whoever signs in; made once. */
export function browserId(newId: () => string): string {
	const key = onThisPhone(browserKey);
	const known = localStorage.getItem(key);
	if (known !== null) return known;
	const fresh = newId();
	localStorage.setItem(key, fresh);
	return fresh;
}
