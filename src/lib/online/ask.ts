/** Why there is no answer: no network (or no server), or the server's problem with its code. */
export type Failure =
	| { readonly kind: 'offline' }
	| { readonly kind: 'problem'; readonly status: number; readonly code: string };
export type Answer<T> = { readonly kind: 'ok'; readonly body: T } | Failure;

/** A question that changes nothing, and that only the server can answer. */
export const ask = <T>(path: string, signal?: AbortSignal): Promise<Answer<T>> =>
	request<T>(path, signal ? { signal } : {});

/** What makes sense only now and so does not go through the outbox: signing in. */
export const tell = <T>(path: string, body: object): Promise<Answer<T>> =>
	request<T>(path, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});

/** Speaks as somebody else than who is signed in here, and leaves no trace of that in the browser. */
export const askAs = <T>(
	bearer: string | null,
	method: 'GET' | 'POST' | 'PUT',
	path: string,
	body?: object,
): Promise<Answer<T>> =>
	request<T>(path, {
		method,
		credentials: 'omit',
		headers: {
			...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
			...(body === undefined ? {} : { 'content-type': 'application/json' }),
		},
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});

async function request<T>(path: string, init: RequestInit): Promise<Answer<T>> {
	// It is here since the first screen was painted, and no first screen has to wait for it.
	const { http } = await import('#lib/device/browser/browser-http.ts');
	const response = await http(path, init).catch(() => null);
	if (response === null || !isJson(response)) return { kind: 'offline' };
	const read = response.json() as Promise<T & { readonly code?: unknown }>;
	// The line broke, or the question was overtaken, in the middle of the answer.
	const body = await read.catch(() => null);
	if (body === null) return { kind: 'offline' };
	if (response.ok) return { kind: 'ok', body };
	const code = typeof body.code === 'string' ? body.code : '';
	return { kind: 'problem', status: response.status, code };
}

/** The page of a hotel's network is no answer of our server. */
const isJson = (response: Response): boolean =>
	response.headers.get('content-type')?.includes('json') ?? false;
