import { syncAnswer } from '#sync/protocol/sync.ts';
import { SendFailure, type FailureReason, type Send } from './ports.ts';
import { codeOf } from './problem.ts';

export type Http = (path: string, init?: RequestInit) => Promise<Response>;

/**
 * `POST /api/sync`. Whatever is not an answer of ours becomes a reason to try again later: a wall of
 * a hotel's network answers 200 with a page of its own, and must not look like our server.
 */
export function createSend(http: Http, report: (error: unknown) => void): Send {
	return async (request, { waitSeconds, signal } = {}) => {
		const path = waitSeconds === undefined ? '/api/sync' : `/api/sync?wait=${waitSeconds}`;
		const response = await reach(http, path, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(request),
			...(signal ? { signal } : {}),
		});
		if (!isJson(response)) throw new SendFailure('offline');
		const body: unknown = await response.json().catch((error: unknown) => {
			throw new SendFailure('offline', 0, error);
		});
		const answer = syncAnswer.safeParse(body);
		if (answer.success) return answer.data;
		report(answer.error);
		throw new SendFailure('unavailable', 0, answer.error);
	};
}

/** `GET /api/sync/live`: the bytes of the stream, until either side hangs up. */
export const connectLive =
	(http: Http) =>
	async (signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> => {
		const response = await reach(http, '/api/sync/live', { signal });
		if (response.body === null) throw new SendFailure('unavailable');
		return pieces(response.body.getReader());
	};

/** Safari cannot iterate over a stream by itself. A torn stream is no bug, only a bad network. */
async function* pieces(reader: ReadableStreamDefaultReader<Uint8Array>) {
	try {
		for (;;) {
			const { done, value } = await reader.read().catch((error: unknown) => {
				throw new SendFailure('offline', 0, error);
			});
			if (done) return;
			yield value;
		}
	} finally {
		reader.releaseLock();
	}
}

async function reach(http: Http, path: string, init: RequestInit): Promise<Response> {
	const response = await http(path, init).catch((error: unknown) => {
		throw new SendFailure('offline', 0, error);
	});
	if (response.ok) return response;
	throw new SendFailure(await reasonOf(response), retryAfterMs(response));
}

/** What sends somebody away for good. Nobody else's word does that: then it is tried again. */
const endings: Readonly<Record<string, FailureReason>> = {
	not_signed_in: 'signed_out',
	not_allowed: 'forbidden',
	wrong_origin: 'forbidden',
	device_revoked: 'revoked',
};

async function reasonOf(response: Response): Promise<FailureReason> {
	const { status } = response;
	if (status === 413) return 'too_large';
	if (status !== 401 && status !== 403) return 'unavailable';
	const code = await codeOf(response);
	return code === null ? 'offline' : (endings[code] ?? 'unavailable');
}

const retryAfterMs = (response: Response): number => {
	const seconds = Number(response.headers.get('retry-after') ?? '0');
	return Number.isFinite(seconds) ? Math.max(0, seconds * 1_000) : 0;
};

const isJson = (response: Response): boolean =>
	response.headers.get('content-type')?.includes('application/json') ?? false;
