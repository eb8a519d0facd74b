import * as z from 'zod/mini';
import { waitSecondsMax } from '#sync/protocol/live.ts';
import { syncAnswer, syncRequest } from '#sync/protocol/sync.ts';
import { sync } from '../domain/sync.ts';
import { syncBodyBytesMax } from './edge.ts';
import { callerOf } from './caller.ts';
import type { Route } from './definition.ts';
import { syncWhenMoved } from './long-poll.ts';
import { route } from './route.ts';

const waitSeconds = z.pipe(
	z.string().check(
		z.regex(/^(?:0|[1-9]\d?)$/),
		z.refine((text) => Number(text) <= waitSecondsMax),
	),
	z.transform(Number),
);

export const syncRoutes: readonly Route[] = [
	route({
		method: 'POST',
		path: '/api/sync',
		who: 'signed_in',
		summary:
			'One round trip of a device: what it did, what became of it, what is new. With `wait`, one ' +
			'that brings nothing and would be told nothing is answered when something moves, or after ' +
			'so many seconds',
		query: z.strictObject({ wait: z.optional(waitSeconds) }),
		body: syncRequest,
		bodyBytesMax: syncBodyBytesMax,
		answer: syncAnswer,
		respond(asked) {
			const { house, actor, body, query } = asked;
			const { wait = 0 } = query;
			if (wait === 0 || body.mutations.length > 0)
				return sync(house.world, actor, body, callerOf(asked));
			return syncWhenMoved(asked, body, wait);
		},
	}),
];
