import { isAPIError } from 'better-auth/api';
import { Rejection } from '#sync/core/rejection.ts';
import type { Connection } from '../db/connection.ts';
import { authOn, type AuthOptions } from './better-auth.ts';
import { phoneCodes, type Codes } from './codes.ts';
import { rateLimit, type RateLimit } from './rate-limit.ts';
import { sessionsOn, type Session, type Sessions } from './sessions.ts';

/** Somebody who proved who he is: his session as a cookie and as a bearer token, which mean the same. */
type Entered = {
	readonly token: string;
	readonly setCookies: readonly string[];
	readonly user: Omit<Session, 'id' | 'userId'> & { readonly id: string };
};

export type SignIn = {
	/** Makes a code for the number and sends it. Limits are the caller's. */
	readonly sendCode: (phone: string) => Promise<void>;
	/** A new session for the right code; null for a wrong one; `too_many_attempts` while locked. */
	readonly enter: (phone: string, code: string, headers: Headers) => Promise<Entered | null>;
	/** Ends the session that these headers carry; the cookies that forget it. */
	readonly leave: (headers: Headers) => Promise<readonly string[]>;
	/** The session that a cookie or a bearer token stands for, and cookies that prolong it. */
	readonly sessionOf: (headers: Headers) => Promise<Known | null>;
	readonly sessions: Sessions;
	readonly codes: Codes;
	readonly limits: RateLimit;
	/** Whether anybody delivers codes. */
	readonly canSend: boolean;
	/** Numbers of the demo's cast: limits on sending do not apply, and one code always works. */
	readonly isCast: (phone: string) => boolean;
};

type Known = { readonly session: Session; readonly setCookies: readonly string[] };

export type SignInOptions = Omit<AuthOptions, 'codes' | 'drizzle'> &
	Pick<SignIn, 'isCast'> & { readonly connection: Connection };

/** Everything about who somebody is: codes, sessions and the limits on guessing. */
export async function signInWith(options: SignInOptions): Promise<SignIn> {
	const { connection, wall, sms, isCast, sessionEnded } = options;
	const codes = phoneCodes(options);
	const { api } = authOn({ ...options, codes, drizzle: connection.drizzle });
	return {
		async sendCode(phone) {
			await api.sendPhoneNumberOTP({ body: { phoneNumber: phone } });
		},
		async enter(phone, code, headers) {
			const body = { phoneNumber: phone, code };
			const entered = await api
				.verifyPhoneNumber({ body, headers: agentOnly(headers), returnHeaders: true })
				.catch(nullIfWrong);
			if (entered === null) return null;
			const { headers: answered, response } = entered;
			const { id, name, locale } = response.user as unknown as Entered['user'];
			return {
				token: answered.get('set-auth-token') ?? '',
				setCookies: answered.getSetCookie(),
				user: { id, name, phone, locale },
			};
		},
		async leave(headers) {
			const { headers: answered } = await api.signOut({ headers, returnHeaders: true });
			return answered.getSetCookie();
		},
		async sessionOf(headers) {
			if (!headers.has('cookie') && !headers.has('authorization')) return null;
			const found = await api.getSession({ headers, returnHeaders: true });
			if (found.response === null || found.response.user.status !== 'active') return null;
			const { session, user } = found.response;
			const { name, locale, phoneNumber: phone } = user;
			return {
				session: { id: session.id, userId: user.id, name, phone: phone ?? null, locale },
				setCookies: found.headers.getSetCookie(),
			};
		},
		sessions: sessionsOn(connection, wall, sessionEnded),
		codes,
		limits: rateLimit(connection, wall),
		canSend: sms !== null,
		isCast,
	};
}

/** A code makes a new session: whatever session the browser still carries has no say in it. */
function agentOnly(headers: Headers): Headers {
	const agent = headers.get('user-agent');
	return new Headers(agent === null ? {} : { 'user-agent': agent });
}

/** A wrong code is an answer; a lock is a refusal; anything else is ours to mend. */
function nullIfWrong(error: unknown): null {
	if (error instanceof Rejection) throw error;
	if (isAPIError(error) && error.status === 'BAD_REQUEST') return null;
	throw error;
}
