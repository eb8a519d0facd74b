import * as z from 'zod/mini';
import { Problem } from './problem.ts';
import type { Route } from './definition.ts';
import { route } from './route.ts';

const answer = z.strictObject({ status: z.literal('ok') });
/** A broken law is for a person to look at; work goes on meanwhile (server/laws/violations.ts). */
const readyAnswer = z.strictObject({ status: z.literal('ok'), violations: z.int() });

export const healthRoutes: readonly Route[] = [
	route({
		method: 'GET',
		path: '/api/health/live',
		who: 'anyone',
		summary: 'The process runs',
		answer,
		respond: () => Promise.resolve({ status: 'ok' }),
	}),
	route({
		method: 'GET',
		path: '/api/health/ready',
		who: 'anyone',
		summary: 'The server can take work: its database can be written',
		answer: readyAnswer,
		async respond({ house }) {
			if (!(await house.isReady())) throw new Problem('unavailable');
			return { status: 'ok', violations: house.violations() };
		},
	}),
];
