import * as z from 'zod/mini';
import type { Scope } from '#sync/core/scope.ts';
import { heartbeatSeconds, type LiveEvent } from '#sync/protocol/live.ts';
import { actorOf, scopesFor } from '../domain/access.ts';
import type { House } from './house.ts';
import { liveStream, type LiveStream } from './live-stream.ts';
import { tooMany } from './problem.ts';
import type { Asked, Route } from './definition.ts';
import { route } from './route.ts';

/** Streams of one person at most: the tabs of a browser share one. */
const streamsPerUserMax = 6;
/** Phones come back spread over this time, so that a restart is not followed by a rush. */
const retrySpreadMs = 3_000;

export const liveRoutes: readonly Route[] = [
	route({
		method: 'GET',
		path: '/api/sync/live',
		who: 'signed_in',
		summary: 'A stream of lines, each saying that something changed: never what',
		answer: z.looseObject({ kind: z.enum(['hello', 'poke', 'heads', 'bye']) }),
		respond: async (asked) =>
			new Response(asked.request.method === 'HEAD' ? null : await openStream(asked), {
				headers: {
					'Content-Type': 'application/x-ndjson; charset=utf-8',
					'X-Accel-Buffering': 'no',
				},
			}),
	}),
];

async function openStream({
	house,
	actor,
	session,
	request,
}: Asked): Promise<ReadableStream<Uint8Array>> {
	if (session === null) throw new Error('signed in without a session');
	const { userId, id: sessionId } = session;
	const { port } = house.world;
	let scopes: ReadonlySet<Scope> = new Set(await scopesFor(port, actor, house.world.now()));
	if (house.live.countOf(userId) >= streamsPerUserMax) throw tooMany(10);
	const unfollow = house.live.follow({
		userId,
		scopes: () => scopes,
		hear: (heads) => stream.say({ kind: 'poke', heads }),
	});
	const unwatch = house.watch.watch(sessionId, () => stream.end(bye()));
	const heart = setInterval(() => {
		void beat(house, userId).then(
			(next) => {
				scopes = next.scopes;
				stream.say({ kind: 'heads', heads: next.heads });
			},
			// The database is away: better no stream than one that says nothing.
			() => stream.end(bye()),
		);
	}, heartbeatSeconds * 1000);

	const stream: LiveStream = liveStream(() => {
		clearInterval(heart);
		unwatch();
		unfollow();
	});
	request.signal.addEventListener('abort', () => stream.end());
	const { install, era } = await port.installation();
	stream.say({ kind: 'hello', install, era, heads: await port.heads([...scopes]) });
	return stream.readable;
}

/** Scopes and counters anew: mends lost pokes, and follows what the person may follow by now. */
async function beat({ world }: House, userId: string) {
	const actor = await actorOf(world.port, userId);
	const scopes = new Set(await scopesFor(world.port, actor, world.now()));
	return { scopes, heads: await world.port.heads([...scopes]) };
}

const bye = (): LiveEvent => ({
	kind: 'bye',
	retryMs: 500 + Math.floor(Math.random() * retrySpreadMs),
});
