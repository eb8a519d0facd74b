import type { Town } from './town.ts';

/** Somebody who speaks to the server without a phone of ours: with a bearer token. */
export type Caller = {
	readonly get: <T>(path: string) => Promise<T>;
	readonly post: <T>(path: string, body?: object) => Promise<T>;
	readonly put: <T>(path: string, body?: object) => Promise<T>;
};

export async function signIn({ url }: Town, phoneNumber: string): Promise<Caller> {
	const verify = '/api/auth/phone-number/verify';
	const { token } = await ask<{ token: string }>(url, 'POST', verify, '', {
		phoneNumber,
		code: '000000',
	});
	return {
		get: (path) => ask(url, 'GET', path, token),
		post: (path, body = {}) => ask(url, 'POST', path, token, body),
		put: (path, body = {}) => ask(url, 'PUT', path, token, body),
	};
}

async function ask<T>(
	url: string,
	method: string,
	path: string,
	token: string,
	body?: object,
): Promise<T> {
	const answer = await fetch(url + path, {
		method,
		headers: {
			...(token === '' ? {} : { authorization: `Bearer ${token}` }),
			...(body === undefined ? {} : { 'content-type': 'application/json' }),
		},
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const text = await answer.text();
	if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${text}`);
	return JSON.parse(text) as T;
}
