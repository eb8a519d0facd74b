/* eslint-disable no-restricted-globals --
   The one file where the browser's network enters the device. Apart from the other ports, because
   the first screen needs it, and must not wait for parsers. */
import { authorization, cookies } from './credentials.ts';
import { endedFirst } from './ending.ts';
import { whileConnected } from './network-switch.ts';
import { hearMode } from './server-mode.svelte.ts';

/** A request without an answer for so long has failed, however long the browser would wait. */
const requestMsMax = 30_000;

/** Every request of the app goes this way; the one that ends a session goes first. */
export const http = async (path: string, init: RequestInit = {}): Promise<Response> => {
	await endedFirst(request);
	return request(path, init);
};

/** Ends a session that is due to end. Rejects when the server is not reached. */
export const endNow = (): Promise<void> => endedFirst(request);

const request = async (path: string, init: RequestInit = {}): Promise<Response> => {
	const response = await fetch(path, {
		credentials: cookies(),
		...init,
		signal: whileConnected(init.signal ?? AbortSignal.timeout(requestMsMax)),
		headers: { ...authorization(), ...(init.headers as Record<string, string> | undefined) },
	});
	hearMode(response.headers.get('moto-mode'));
	return response;
};
