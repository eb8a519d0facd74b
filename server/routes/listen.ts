import type { Heads } from '#sync/protocol/live.ts';
import type { Scope } from '#sync/core/scope.ts';
import type { Asked } from './definition.ts';
import { tooMany } from './problem.ts';

/** Streams and held requests of one person at most: the tabs of a browser share one. */
const listenersPerUserMax = 6;
const retrySeconds = 10;

export type Listener = {
	/** What it follows just now. */
	readonly scopes: () => ReadonlySet<Scope>;
	readonly hear: (heads: Heads) => void;
	/** The session ended, or the server stops. */
	readonly ended: () => void;
	/** Nobody is at the other end any more. */
	readonly gone: () => void;
};

/** Takes a place among the person's listeners; returns how to leave it. Too many are refused. */
export function listen({ house, session, request }: Asked, listener: Listener): () => void {
	if (session === null) throw new Error('signed in without a session');
	const { id, userId } = session;
	if (house.live.countOf(userId) >= listenersPerUserMax) throw tooMany(retrySeconds);
	const { scopes, hear, ended, gone } = listener;
	const unfollow = house.live.follow({ userId, scopes, hear });
	const unwatch = house.watch.watch(id, ended);
	request.signal.addEventListener('abort', gone);
	return () => {
		unfollow();
		unwatch();
		request.signal.removeEventListener('abort', gone);
	};
}
