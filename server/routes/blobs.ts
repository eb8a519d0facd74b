import * as z from 'zod/mini';
import {
	blobAnswer,
	blobBytesMax,
	blobHash,
	imageTypes,
	offsetHeader,
} from '#sync/protocol/blob.ts';
import type { Limit } from '../auth/rate-limit.ts';
import type { BlobPart } from '../db/blobs.ts';
import type { Asked, Route } from './definition.ts';
import { malformed } from './edge.ts';
import { Problem, tooMany } from './problem.ts';
import { route } from './route.ts';

/** Bytes that one person may send: a thousand photos as phones make them. */
const perDay: Limit = { max: 200 * 1024 * 1024, seconds: 86_400 };
/** A smaller part counts as so much: it costs the database a row all the same. */
const countedBytesMin = 4 * 1024;

const params = z.strictObject({ sha256: blobHash });

export const blobRoutes: readonly Route[] = [
	route({
		method: 'PUT',
		path: '/api/blobs/:sha256',
		who: 'signed_in',
		summary:
			'Send a photo under the SHA-256 of its bytes: whole, or in parts with Content-Range, each ' +
			'beginning where the last one ended. What has arrived when the connection breaks is kept',
		params,
		bodyTypes: imageTypes,
		bodyBytesMax: blobBytesMax,
		answer: blobAnswer,
		status: 201,
		otherwise: { 200: 'It was here already.', 202: 'This part is here, the photo not yet.' },
		async respond(asked) {
			const { house, bytes } = asked;
			const key = keyOf(asked);
			const part = partOf(asked);
			const before = await house.blobs.arrived(key);
			if (before.complete) return Response.json(before, { status: 200 });
			const uses = Math.max(bytes.length, countedBytesMin);
			const seconds = await house.signIn.limits.take(`blob ${key.userId}`, perDay, uses);
			if (seconds > 0) throw tooMany(seconds);
			return answerTo(await house.blobs.take(key, part));
		},
	}),
	route({
		method: 'GET',
		path: '/api/blobs/:sha256',
		who: 'signed_in',
		summary: `A photo of yours; HEAD tells in ${offsetHeader} how many bytes of it have arrived`,
		params,
		answer: z.unknown(),
		answerTypes: imageTypes,
		async respond(asked) {
			const key = keyOf(asked);
			if (asked.request.method === 'HEAD') {
				const { offset } = await asked.house.blobs.arrived(key);
				return new Response(null, { headers: { [offsetHeader]: String(offset) } });
			}
			const blob = await asked.house.blobs.read(key);
			if (blob === null) throw new Problem('not_found');
			return new Response(blob.bytes, {
				headers: {
					'Content-Type': blob.type,
					'Content-Disposition': 'inline',
					Vary: 'Authorization, Cookie',
				},
			});
		},
	}),
];

type AskedForBlob = Asked<typeof params>;

function keyOf({ session, params: { sha256 } }: AskedForBlob) {
	if (session === null) throw new Error('signed in without a session');
	return { userId: session.userId, sha256 };
}

const rangeShape = /^bytes (\d{1,9})-(\d{1,9})\/(\d{1,9})$/;

/** The part that a body is. One that was cut off is its beginning, and so never the last. */
function partOf({ request, bytes, cut }: AskedForBlob): BlobPart {
	if (bytes.length === 0 && !cut) throw malformed('body: empty');
	const given = request.headers.get('content-range');
	if (given === null) return { from: null, bytes, last: !cut };
	const { from, length, total } = rangeIn(given);
	if (cut ? bytes.length > length : bytes.length !== length)
		throw malformed('Content-Range: of another body');
	return { from, bytes, last: !cut && from + length === total };
}

function rangeIn(given: string): { from: number; length: number; total: number } {
	const [, from, to, total] = (rangeShape.exec(given) ?? []).map(Number);
	if (from === undefined || to === undefined || total === undefined || from > to || to >= total)
		throw malformed('Content-Range: bytes first-last/total');
	if (total > blobBytesMax) throw new Problem('too_large', { bytesMax: blobBytesMax });
	return { from, length: to - from + 1, total };
}

function answerTo(taken: Awaited<ReturnType<Asked['house']['blobs']['take']>>): Response {
	switch (taken.kind) {
		case 'taken':
		case 'known': {
			const { offset, complete } = taken;
			const status = taken.kind === 'known' ? 200 : complete ? 201 : 202;
			return Response.json({ offset, complete }, { status });
		}
		case 'wrong_offset':
			throw new Problem('wrong_offset', { offset: taken.offset });
		case 'hash_mismatch':
		case 'not_image':
			throw new Problem(taken.kind);
	}
}
