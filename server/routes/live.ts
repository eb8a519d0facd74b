import * as z from 'zod/mini';
import type { Scope } from '#sync/core/scope.ts';
import { heartbeatSeconds, type Heads, type LiveEvent } from '#sync/protocol/live.ts';
import { again } from '../again.ts';
import { actorOf, scopesFor } from '../domain/access.ts';
import { listen } from './listen.ts';
import { liveStream, type LiveStream } from './live-stream.ts';
import type { Asked, Route } from './definition.ts';
import { route } from './route.ts';

/** Phones come back spread over this time, so that a restart is not followed by a rush. */
const retrySpreadMs = 3_000;

export const liveRoutes: readonly Route[] = [
	route({
		method: 'GET',
		path: '/api/sync/live',
		who: 'signed_in',
		summary: 'A stream of lines, each saying that something changed: never what',
		answer: z.looseObject({ kind: z.enum(['hello', 'poke', 'heads', 'bye']) }),
		answerTypes: ['application/x-ndjson'],
		respond: async (asked) =>
			new Response(asked.request.method === 'HEAD' ? null : openStream(asked), {
				headers: {
					'Content-Type': 'application/x-ndjson; charset=utf-8',
					'X-Accel-Buffering': 'no',
				},
			}),
	}),
];

/** The answer begins at once: a phone that waits for hello must not wait for its scopes as well. */
function openStream(asked: Asked): ReadableStream<Uint8Array> {
	const { house, actor, request, hangUp } = asked;
	const { port, now } = house.world;
	let scopes: ReadonlySet<Scope> = new Set();
	let tellAll = true;

	/** Scopes and counters anew: mends lost pokes, and follows what the person may follow by now. */
	async function readAnew(): Promise<void> {
		const whole = tellAll;
		tellAll = false;
		const before = scopes;
		scopes = new Set(await scopesFor(port, await actorOf(port, String(actor.userId)), now()));
		if (whole || before.symmetricDifference(scopes).size > 0)
			stream.say({ kind: 'heads', heads: await port.heads([...scopes]) });
	}

	const failed = (error: unknown) => {
		// The database is away: better no stream than one that says nothing.
		house.log.warn({ err: error }, 'a live stream was given up');
		stream.end(bye());
	};
	const refresh = again(readAnew, failed);
	const leave = listen(asked, {
		scopes: () => scopes,
		hear(heads) {
			stream.say({ kind: 'poke', heads });
			if (movesScopes(heads)) refresh();
		},
		ended: () => stream.end(bye()),
		gone: () => stream.end(),
	});
	const heart = setInterval(() => {
		tellAll = true;
		refresh();
	}, heartbeatSeconds * 1000);
	const stream: LiveStream = liveStream({
		hangUp,
		ended() {
			clearInterval(heart);
			leave();
		},
	});
	port.installation().then((known) => {
		stream.say({ kind: 'hello', ...known, heads: {} });
		refresh();
	}, failed);
	if (request.signal.aborted) stream.end();
	return stream.readable;
}

/** A person's own card, as customer or worker, moves when he comes to a shop or leaves one. */
const movesScopes = (heads: Heads): boolean =>
	Object.keys(heads).some((scope) => scope.startsWith('customer:') || scope.startsWith('worker:'));

const bye = (): LiveEvent => ({
	kind: 'bye',
	retryMs: 500 + Math.floor(Math.random() * retrySpreadMs),
});
