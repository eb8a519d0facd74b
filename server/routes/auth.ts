import * as z from 'zod/mini';
import { parse } from '#sync/core/entity.ts';
import { mobileOf } from '../auth/phone.ts';
import type { Limit } from '../auth/rate-limit.ts';
import { sayGoodbye } from '../domain/devices.ts';
import { malformed } from './edge.ts';
import type { House } from './house.ts';
import { userAnswer } from './me.ts';
import { Problem, tooMany } from './problem.ts';
import type { Route } from './definition.ts';
import { route } from './route.ts';

/** Codes and tries from one address; generous, as a whole town may share one behind its carrier. */
const perAddress: Limit = { max: 60, seconds: 600 };
/** Text messages cost money: however many addresses and numbers an attack uses, it ends here. */
const perDay: Limit = { max: 5_000, seconds: 86_400 };

const phoneNumber = parse.text(32, 1);
const done = z.strictObject({ success: z.literal(true) });

const sessionAnswer = z.strictObject({
	id: parse.id,
	current: z.boolean(),
	userAgent: z.nullable(z.string()),
	createdAt: parse.instant,
	expiresAt: parse.instant,
});

export const authRoutes: readonly Route[] = [
	route({
		method: 'POST',
		path: '/api/auth/phone-number/send-otp',
		who: 'anyone',
		summary: 'Send a sign-in code to a mobile number',
		body: z.strictObject({ phoneNumber }),
		answer: z.strictObject({ message: z.string() }),
		async respond(asked) {
			const { house, body } = asked;
			const phone = mobileIn(body.phoneNumber);
			if (!house.signIn.canSend) throw new Problem('unavailable', { detail: 'no SMS provider' });
			if (!house.signIn.isCast(phone)) {
				await limit(house, `send ${asked.address}`, perAddress);
				await limit(house, 'send', perDay);
			}
			const turn = await house.signIn.codes.takeTurn(phone);
			if (turn.verdict === 'later') throw tooMany(turn.retryAfterSeconds);
			await house.signIn.sendCode(phone);
			return { message: 'code sent' };
		},
	}),
	route({
		method: 'POST',
		path: '/api/auth/phone-number/verify',
		who: 'anyone',
		summary: 'Sign in with the code: answers with a session cookie and a bearer token',
		body: z.strictObject({ phoneNumber, code: z.string().check(z.regex(/^\d{6}$/)) }),
		answer: z.strictObject({ token: z.string(), user: userAnswer }),
		async respond(asked) {
			const { house, body } = asked;
			const phone = mobileIn(body.phoneNumber);
			if (!house.signIn.isCast(phone)) await limit(house, `verify ${asked.address}`, perAddress);
			const entered = await house.signIn.enter(phone, body.code, asked.request.headers);
			if (entered === null) throw new Problem('wrong_code');
			const { token, user, setCookies } = entered;
			return withHeaders({ token, user }, [...cookies(setCookies), ['Set-Auth-Token', token]]);
		},
	}),
	route({
		method: 'POST',
		path: '/api/auth/sign-out',
		who: 'signed_in',
		summary: 'End this session',
		body: z.strictObject({}),
		answer: done,
		async respond({ house, session, request }) {
			if (session === null) throw new Error('signed in without a session');
			await sayGoodbye(house.world, session.userId, session.id);
			return withHeaders({ success: true }, cookies(await house.signIn.leave(request.headers)));
		},
	}),
	route({
		method: 'GET',
		path: '/api/auth/sessions',
		who: 'signed_in',
		summary: 'Where you are signed in',
		answer: z.strictObject({ sessions: z.array(sessionAnswer) }),
		async respond({ house, session }) {
			if (session === null) throw new Error('signed in without a session');
			return { sessions: await house.signIn.sessions.listFor(session) };
		},
	}),
	route({
		method: 'POST',
		path: '/api/auth/sessions/end',
		who: 'signed_in',
		summary: 'End one of your sessions, or with no id all but this one',
		body: z.strictObject({ id: z.optional(parse.id) }),
		answer: done,
		async respond({ house, session, body }) {
			if (session === null) throw new Error('signed in without a session');
			await house.signIn.sessions.endFor(session, body.id ?? null);
			return { success: true };
		},
	}),
];

function mobileIn(typed: string): string {
	const phone = mobileOf(typed);
	if (phone === null) throw malformed('body.phoneNumber: not an Indian mobile number');
	return phone;
}

async function limit(house: House, key: string, each: Limit): Promise<void> {
	const seconds = await house.signIn.limits.take(key, each);
	if (seconds > 0) throw tooMany(seconds);
}

type Header = readonly [name: string, value: string];

const cookies = (setCookies: readonly string[]): Header[] =>
	setCookies.map((each) => ['Set-Cookie', each]);

function withHeaders(body: object, headers: readonly Header[]): Response {
	const answer = Response.json(body);
	for (const [name, value] of headers) answer.headers.append(name, value);
	return answer;
}
