import { syncAnswer, syncRequest } from '#sync/protocol/sync.ts';
import { sync } from '../domain/sync.ts';
import { syncBodyBytesMax } from './edge.ts';
import type { Route } from './definition.ts';
import { route } from './route.ts';

export const syncRoutes: readonly Route[] = [
	route({
		method: 'POST',
		path: '/api/sync',
		who: 'signed_in',
		summary: 'One round trip of a device: what it did, what became of it, what is new',
		body: syncRequest,
		bodyBytesMax: syncBodyBytesMax,
		answer: syncAnswer,
		respond: ({ house, actor, body }) => sync(house.world, actor, body),
	}),
];
