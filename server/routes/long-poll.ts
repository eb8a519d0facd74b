import type { Scope } from '#sync/core/scope.ts';
import type { SyncAnswer, SyncRequest } from '#sync/protocol/sync.ts';
import { actorOf, scopesFor } from '../domain/access.ts';
import { sync } from '../domain/sync.ts';
import { callerOf } from './caller.ts';
import type { Asked } from './definition.ts';
import { listen } from './listen.ts';
import { Problem } from './problem.ts';

/**
 * A sync that has nothing to tell is held until something moves, for phones that no stream reaches.
 *
 * It listens before it reads, so that nothing is missed between the two; while it waits it holds no
 * connection of the database. What is answered in the end is read then, for who asks as he is then.
 */
export async function syncWhenMoved(
	asked: Asked,
	body: SyncRequest,
	waitSeconds: number,
): Promise<SyncAnswer> {
	const { world } = asked.house;
	const heard = new Map<string, number>();
	const over = Promise.withResolvers<void>();
	let scopes: ReadonlySet<Scope> = new Set();
	let read: SyncAnswer['cursors'] | null = null;

	function endIfMoved(): void {
		if (read === null) return;
		for (const [scope, v] of heard) if (v > (read[scope] ?? 0)) over.resolve();
	}

	const leave = listen(asked, {
		scopes: () => scopes,
		hear(heads) {
			for (const [scope, v] of Object.entries(heads)) heard.set(scope, v);
			endIfMoved();
		},
		ended: over.resolve,
		gone: over.resolve,
	});
	const timeout = setTimeout(over.resolve, waitSeconds * 1000);
	try {
		scopes = new Set(await scopesFor(world.port, asked.actor, asked.now));
		const answer = await sync(world, asked.actor, body, callerOf(asked));
		if (!isQuiet(body, answer)) return answer;
		read = answer.cursors;
		endIfMoved();
		await over.promise;
		if (asked.request.signal.aborted) return answer;
	} finally {
		clearTimeout(timeout);
		leave();
	}
	return sync(world, await actorNow(asked), { ...body, seen: [] }, callerOf(asked));
}

/** Whether the answer tells the device nothing that it did not know when it asked. */
function isQuiet(request: SyncRequest, answer: SyncAnswer): boolean {
	const sameData = answer.install === request.install && answer.era === request.era;
	const readOn = Object.entries(answer.cursors).some(([scope, v]) => v !== request.cursors[scope]);
	const news = Object.entries(answer).filter(([key]) => !alwaysTold.includes(key));
	return sameData && !readOn && news.every(([, each]) => isNothing(each));
}

const alwaysTold = ['install', 'era', 'now', 'lastSeq', 'cursors'];

function isNothing(value: unknown): boolean {
	if (typeof value !== 'object' || value === null) return value === undefined || value === false;
	return Object.values(value).every(isNothing);
}

/** A session that ended meanwhile gets nothing more. */
async function actorNow({ house, session }: Asked) {
	const id = session?.id ?? '';
	const alive = await house.signIn.sessions.liveAmong([id]);
	if (session === null || !alive.has(id)) throw new Problem('not_signed_in');
	return actorOf(house.world.port, session.userId);
}
