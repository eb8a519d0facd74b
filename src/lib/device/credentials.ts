/**
 * How requests say who asks. Normally the session's cookie does. A tab that was given a bearer token
 * uses that instead, so that two tabs of one browser can be two people's phones.
 */
const bearerKey = 'moto-bearer';
const browserKey = 'moto-browser';

export function authorization(): Record<string, string> {
	const bearer = sessionStorage.getItem(bearerKey);
	return bearer === null ? {} : { authorization: `Bearer ${bearer}` };
}

/** Null: back to the cookie. */
export function useBearer(token: string | null): void {
	if (token === null) sessionStorage.removeItem(bearerKey);
	else sessionStorage.setItem(bearerKey, token);
}

/** This browser's own id, whoever signs in; made once. */
export function browserId(newId: () => string): string {
	const known = localStorage.getItem(browserKey);
	if (known !== null) return known;
	const fresh = newId();
	localStorage.setItem(browserKey, fresh);
	return fresh;
}
