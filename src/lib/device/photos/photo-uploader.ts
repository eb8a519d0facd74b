import { offsetHeader } from '#sync/protocol/blob.ts';
import { createRetry } from '#lib/device/sync/backoff.ts';
import type { KeptPhoto } from '#lib/device/browser/books-tables.ts';
import { coalesced } from '#lib/device/sync/coalesced.ts';
import type { Http } from '#lib/device/sync/http.ts';
import type { Photos } from '#lib/device/browser/photos.ts';
import type { Ports } from '#lib/device/sync/ports.ts';
import { codeOf } from '#lib/device/sync/problem.ts';
import { answerOf } from '#lib/device/sync/unanswered.ts';

export type PhotoUploader = {
	/** Sends what waits, if this is the time for it. Resolves when it is done or has failed for now. */
	readonly upload: () => Promise<void>;
	readonly stop: () => void;
};

export type PhotoUploaderOptions = {
	readonly photos: Photos;
	readonly ports: Pick<Ports, 'clock' | 'locks' | 'timers' | 'random' | 'report'>;
	readonly http: Http;
	/** Its own: a photo on its way never makes a tap wait. */
	readonly lockName: string;
	/** Nothing else waits to be sent, and this network may be used for photos. */
	readonly isTime: () => boolean;
};

/**
 * Photos go one at a time, after everything else, from where the server has them: a line that breaks
 * at the last byte costs one byte.
 */
export function createPhotoUploader(options: PhotoUploaderOptions): PhotoUploader {
	const { photos, ports, isTime } = options;
	let stopped = false;
	/** The server asked for a pause, or there was no network: the timer goes on, nobody else. */
	let pausing = false;
	const retry = createRetry(ports, () => {
		pausing = false;
		upload().catch(ports.report);
	});
	const mayGoOn = () => !stopped && isTime();

	const upload = coalesced(async () => {
		if (pausing || !mayGoOn() || (await photos.waiting()) === 0) return;
		const pauseMs = await ports.locks(options.lockName, () => sendWaiting(options, mayGoOn));
		if (stopped) return;
		pausing = pauseMs !== null;
		if (pauseMs === null) retry.succeeded();
		else retry.later(pauseMs);
	});

	return {
		upload,
		stop: () => {
			stopped = true;
			retry.cancel();
		},
	};
}

/** Until none waits (null), or for how long at least to leave the server alone. */
async function sendWaiting(
	{ photos, http }: PhotoUploaderOptions,
	mayGoOn: () => boolean,
): Promise<number | null> {
	while (mayGoOn()) {
		const photo = await photos.next();
		if (photo === null) return null;
		const end = await send(http, photo);
		if (end.kind === 'later') return end.atLeastMs;
		await photos.mark(photo.sha, end.kind);
	}
	return null;
}

type End =
	| { readonly kind: 'uploaded' | 'refused' }
	| { readonly kind: 'later'; readonly atLeastMs: number };

/** Offsets may be contested by another tab, and a torn upload may be dropped: it begins anew. */
const attemptsMax = 3;

async function send(http: Http, photo: KeptPhoto): Promise<End> {
	const path = `/api/blobs/${photo.sha}`;
	for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
		const arrived = await answerOf(http(path, { method: 'HEAD' }));
		const from = arrived?.ok ? Number(arrived.headers.get(offsetHeader) ?? Number.NaN) : Number.NaN;
		if (!Number.isInteger(from)) return laterAs(arrived);
		const response = await answerOf(http(path, part(photo, from)));
		if (response?.status !== 409) return await endOf(response);
		// The server has another part of it, or had a broken one and has dropped it.
	}
	return laterAs(null);
}

/** Only our server decides: the page of a hotel's network neither takes a photo nor refuses it. */
async function endOf(response: Response | null): Promise<End> {
	if (response?.ok && isJson(response)) return { kind: 'uploaded' };
	// No image, too big, nothing anybody could read: trying again changes nothing.
	const isFinal = response !== null && [400, 413, 415, 422].includes(response.status);
	if (isFinal && (await codeOf(response)) !== null) return { kind: 'refused' };
	return laterAs(response);
}

const isJson = (response: Response): boolean =>
	response.headers.get('content-type')?.includes('application/json') ?? false;

/**
 * All that is missing. A photo that is there as a whole is sent again by its last byte: the server
 * then says that it knows it.
 */
function part({ bytes, type }: KeptPhoto, arrived: number): RequestInit {
	const from = Math.min(arrived, bytes.length - 1);
	const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
	return {
		method: 'PUT',
		headers: { 'content-type': type, ...(from === 0 ? {} : { 'content-range': range }) },
		body: bytes.subarray(from),
	};
}

/** Null: no network. */
const laterAs = (response: Response | null): End => ({
	kind: 'later',
	atLeastMs: Number(response?.headers.get('retry-after') ?? '0') * 1_000 || 0,
});
