import * as z from 'zod/mini';
import { parse } from '#sync/core/entity.ts';
import { addMs, dayMs } from '#sync/core/time.ts';
import { mobileOf } from '../auth/phone.ts';
import type { DemoTown } from '../demo/town.ts';
import { malformed } from './edge.ts';
import type { House } from './house.ts';
import { Problem } from './problem.ts';
import type { Route } from './definition.ts';
import { route } from './route.ts';

/** Further than this nobody looks; a slip of the finger must not end in the year 9999. */
const advanceDaysMax = 366;
const clockAnswer = z.strictObject({ now: parse.instant });

export const demoRoutes: readonly Route[] = [
	route({
		method: 'GET',
		path: '/api/demo/outbox',
		who: 'anyone',
		summary: 'Everything that was "sent" to a number',
		query: z.strictObject({ phone: parse.text(32, 1) }),
		answer: z.strictObject({
			messages: z.array(
				z.strictObject({
					channel: z.enum(['sms']),
					to: z.string(),
					template: z.string(),
					text: z.string(),
					at: parse.instant,
				}),
			),
		}),
		respond({ house, query }) {
			// A plus that was not escaped arrives as a blank.
			const phone = mobileOf(query.phone.replace(/^ /, '+'));
			if (phone === null) throw malformed('query.phone: not an Indian mobile number');
			return Promise.resolve({ messages: townOf(house).sentTo(phone) });
		},
	}),
	route({
		method: 'GET',
		path: '/api/demo/clock',
		who: 'anyone',
		summary: "The town's time",
		answer: clockAnswer,
		respond: ({ house }) => Promise.resolve({ now: townOf(house).now() }),
	}),
	route({
		method: 'POST',
		path: '/api/demo/clock',
		who: 'anyone',
		summary:
			'Move the time forward; answers when everything has happened that falls due until then',
		body: z.strictObject({
			advanceSeconds: z.optional(parse.int(0, advanceDaysMax * 86_400)),
			to: z.optional(parse.instant),
		}),
		answer: clockAnswer,
		async respond({ house, body: { advanceSeconds, to } }) {
			const town = townOf(house);
			if ((advanceSeconds === undefined) === (to === undefined))
				throw malformed('body: either advanceSeconds or to');
			const latest = addMs(town.now(), advanceDaysMax * dayMs);
			if (to !== undefined && to > latest) throw malformed('body.to: too far');
			const moved =
				to === undefined ? await town.moveBy(advanceSeconds ?? 0) : await town.moveTo(to);
			if (!moved) throw malformed('body.to: time only moves forward');
			return { now: town.now() };
		},
	}),
	route({
		method: 'POST',
		path: '/api/demo/reset',
		who: 'anyone',
		summary: 'Back to the seeded town',
		body: z.strictObject({}),
		answer: clockAnswer,
		async respond({ house }) {
			const town = townOf(house);
			await town.reset();
			house.watch.endAll();
			return { now: town.now() };
		},
	}),
];

function townOf({ demo }: House): DemoTown {
	if (demo === null) throw new Problem('not_found');
	return demo;
}
