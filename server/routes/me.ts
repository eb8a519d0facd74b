import * as z from 'zod/mini';
import { isLive, roles } from '#sync/core/actor.ts';
import { parse } from '#sync/core/entity.ts';
import type { Route } from './definition.ts';
import { route } from './route.ts';

export const userAnswer = z.strictObject({
	id: parse.id,
	name: z.string(),
	phone: z.nullable(z.string()),
	locale: z.string(),
});

export const meRoutes: readonly Route[] = [
	route({
		method: 'GET',
		path: '/api/me',
		who: 'signed_in',
		summary: 'Who you are, and as whom you may act',
		answer: z.strictObject({
			user: userAnswer,
			roles: z.array(
				z.strictObject({
					role: z.enum(roles),
					shopId: z.optional(parse.id),
					workerId: z.optional(parse.id),
					customerId: z.optional(parse.id),
				}),
			),
		}),
		respond({ session, actor, now }) {
			if (session === null) throw new Error('signed in without a session');
			const { userId, name, phone, locale } = session;
			const live = actor.grants.filter((each) => isLive(each, now));
			return Promise.resolve({
				user: { id: userId, name, phone, locale },
				roles: live.map(({ role, shopId, workerId, customerId }) => ({
					role,
					...(shopId === undefined ? {} : { shopId }),
					...(workerId === undefined ? {} : { workerId }),
					...(customerId === undefined ? {} : { customerId }),
				})),
			});
		},
	}),
];
