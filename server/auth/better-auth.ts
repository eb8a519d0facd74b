import { betterAuth } from 'better-auth';
import { drizzleAdapter } from 'better-auth/adapters/drizzle';
import { bearer, phoneNumber } from 'better-auth/plugins';
import type { Logger } from 'pino';
import { Rejection } from '#sync/core/rejection.ts';
import { authSchema } from '../db/auth-schema.ts';
import type { Drizzle } from '../db/connection.ts';
import type { Sms } from '../outside/sms.ts';
import { codeMinutes, type Codes } from './codes.ts';
import { newId } from './new-id.ts';

const sessionSeconds = 60 * 86_400;
const refreshSeconds = 86_400;
const userAgentLengthMax = 200;

export type AuthOptions = {
	readonly drizzle: Drizzle;
	readonly codes: Codes;
	readonly secret: string;
	/** Under which address browsers reach the server. */
	readonly publicUrl: URL;
	readonly sms: Sms | null;
	readonly wall: () => number;
	readonly log: Logger;
	/** A person proved that the number is his: makes sure that he is somebody here. */
	readonly verified: (user: Verified) => Promise<void>;
	readonly sessionEnded: (sessionId: string) => void;
};

export type Verified = { readonly id: string; readonly phone: string; readonly name: string };

/**
 * better-auth as we use it: a code by SMS, then a session for sixty days, kept in the database
 * alone, so that ending it there ends it everywhere at once. Cookie and bearer token mean the same.
 *
 * Its own limits and origin check are off: ours hold for every route, not only for its own
 * (`routes/auth.ts`, `routes/guard.ts`). Its store of codes stays empty: it keeps them as they are,
 * ours keeps digests (`codes.ts`). (docs/decisions/0008-sign-in.md)
 */
export function authOn(options: AuthOptions) {
	const { drizzle, secret, publicUrl, wall, log, sessionEnded } = options;
	const secure = publicUrl.protocol === 'https:';
	return betterAuth({
		baseURL: publicUrl.origin,
		basePath: '/api/auth',
		secret,
		database: drizzleAdapter(drizzle, {
			provider: 'pg',
			schema: authSchema,
			transaction: false,
		}),
		user: {
			additionalFields: {
				locale: { type: 'string', required: true, input: false, defaultValue: 'en' },
				status: { type: 'string', required: true, input: false, defaultValue: 'active' },
			},
		},
		session: {
			expiresIn: sessionSeconds,
			updateAge: refreshSeconds,
			cookieCache: { enabled: false },
		},
		rateLimit: { enabled: false },
		telemetry: { enabled: false },
		logger: { level: 'warn', log: (level, message) => log[level]({ part: 'sign-in' }, message) },
		advanced: {
			disableCSRFCheck: true,
			disableOriginCheck: true,
			ipAddress: { disableIpTracking: true },
			// With https the name itself makes browsers insist: this host, every path, never plain http.
			useSecureCookies: false,
			cookies: {
				session_token: {
					name: secure ? '__Host-moto.session' : 'moto.session',
					attributes: { secure, sameSite: 'lax', httpOnly: true, path: '/' },
				},
			},
			database: { generateId: () => newId(wall()) },
		},
		databaseHooks: {
			session: {
				create: {
					before: ({ userAgent }) =>
						Promise.resolve({
							data: { userAgent: userAgent?.slice(0, userAgentLengthMax) ?? null },
						}),
				},
				delete: { after: ({ id }) => Promise.resolve(sessionEnded(id)) },
			},
			verification: { create: { before: () => Promise.resolve(false) } },
		},
		plugins: [bearer(), byPhone(options)],
	});
}

const byPhone = ({ codes, sms, wall, verified }: AuthOptions) =>
	phoneNumber({
		otpLength: 6,
		expiresIn: codeMinutes * 60,
		async sendOTP({ phoneNumber: phone, code }) {
			await codes.remember(phone, code);
			await sms?.send({ to: phone, template: 'sign_in_code', text: textWith(code) });
		},
		async verifyOTP({ phoneNumber: phone, code }) {
			const checked = await codes.check(phone, code);
			if (checked.verdict !== 'later') return checked.verdict === 'yes';
			const { retryAfterSeconds } = checked;
			throw new Rejection('too_many_attempts', { retryAfterSeconds });
		},
		signUpOnVerification: {
			// No mail is ever sent there; better-auth wants an address that is nobody else's.
			getTempEmail: () => `${newId(wall())}@phone.invalid`,
			getTempName: (phone) => `Guest ${phone.slice(-4)}`,
		},
		callbackOnVerification: ({ phoneNumber: phone, user }) =>
			verified({ id: user.id, phone, name: user.name }),
	});

const textWith = (code: string) =>
	`${code} is your code for Moto ServiceHub. ` +
	`It works once, for ${codeMinutes} minutes. Tell it to nobody.`;
