import { createHmac, timingSafeEqual } from 'node:crypto';
import { instantOf, minuteMs, msOf } from '#sync/core/time.ts';
import type { Connection, Sql } from '../db/connection.ts';

export const codeMinutes = 5;
const triesMax = 5;
const lockMinutes = 10;
const resendGapSeconds = 30;
const codesPerDayMax = 10;

/** What came of asking for a code or trying one; `retryAfterSeconds` when it may be tried again. */
type Verdict =
	| { readonly verdict: 'yes' | 'no' }
	| { readonly verdict: 'later'; readonly retryAfterSeconds: number };

/** The codes that numbers were sent, and how often somebody tried them. In wall time. */
export type Codes = {
	/** Whether a code may be sent to the number now; takes one of its turns if so. */
	readonly takeTurn: (phone: string) => Promise<Verdict>;
	/** Remembers the code that is being sent: only its digest, and only the newest. */
	readonly remember: (phone: string, code: string) => Promise<void>;
	/** Whether this is the number's code. A right one works once; five wrong ones lock the number. */
	readonly check: (phone: string, code: string) => Promise<Verdict>;
};

export type CodesOptions = {
	readonly connection: Connection;
	readonly secret: string;
	readonly wall: () => number;
	/** Numbers of the demo's cast: no limits on sending, and one code that always works. */
	readonly isCast: (phone: string) => boolean;
};

/** The code that signs in the demo's cast, sent or not. */
export const castCode = '000000';

type Line = {
	code_digest: string | null;
	expires_at: string | null;
	sent_at: string | null;
	sent_on: string | null;
	sent_count: number;
	tries: number;
	tried_at: string | null;
	locked_until: string | null;
};

/**
 * Codes by number. better-auth counts by address and would store the code as it is; a stolen table
 * must not sign anybody in, and a number must be safe from guesses that come from many addresses.
 */
export function phoneCodes(options: CodesOptions): Codes {
	const { connection, secret, wall, isCast } = options;
	const digestOf = (phone: string, code: string) =>
		createHmac('sha256', secret).update(`${phone} ${code}`).digest('hex');

	return {
		takeTurn: (phone) =>
			inLine(connection, phone, async (tx, line) => {
				const now = wall();
				const wait = isCast(phone) ? lockedMs(line, now) : waitMs(line, now);
				if (wait > 0) return later(wait);
				const today = instantOf(now).slice(0, 10);
				await tx.query(
					`update phone_code set sent_at = $2, sent_on = $3,
						sent_count = case when sent_on = $3 then sent_count + 1 else 1 end
					where phone = $1`,
					[phone, instantOf(now), today],
				);
				return { verdict: 'yes' };
			}),

		async remember(phone, code) {
			await connection.query(
				'update phone_code set code_digest = $2, expires_at = $3 where phone = $1',
				[phone, digestOf(phone, code), instantOf(wall() + codeMinutes * minuteMs)],
			);
		},

		check: (phone, code) =>
			inLine(connection, phone, async (tx, line) => {
				const now = wall();
				const locked = lockedMs(line, now);
				if (locked > 0) return later(locked);
				const sent = isCurrent(line, now) && equal(line.code_digest, digestOf(phone, code));
				const right = sent || (isCast(phone) && code === castCode);
				await tx.query(
					right ? forgetCode : countTry,
					right ? [phone] : tryParams(phone, line, now),
				);
				return { verdict: right ? 'yes' : 'no' };
			}),
	};
}

const forgetCode = `update phone_code
	set code_digest = null, expires_at = null, tries = 0, tried_at = null, locked_until = null
	where phone = $1`;

/** The try that is one too many takes the code with it: after the lock a new one is needed. */
const countTry = `update phone_code
	set tries = $2, tried_at = $3, locked_until = $4::timestamptz,
		code_digest = case when $4::timestamptz is null then code_digest end
	where phone = $1`;

function tryParams(phone: string, line: Line, now: number): (string | number | null)[] {
	const lately = line.tried_at !== null && msOf(line.tried_at) > now - lockMinutes * minuteMs;
	const tries = (lately ? line.tries : 0) + 1;
	const lock = tries >= triesMax ? instantOf(now + lockMinutes * minuteMs) : null;
	return [phone, lock === null ? tries : 0, instantOf(now), lock];
}

const lockedMs = (line: Line, now: number): number =>
	line.locked_until === null ? 0 : msOf(line.locked_until) - now;

/** How long until another code may be sent: the lock, the gap after the last one, the day's count. */
function waitMs(line: Line, now: number): number {
	const gap = line.sent_at === null ? 0 : msOf(line.sent_at) + resendGapSeconds * 1000 - now;
	const today = instantOf(now).slice(0, 10);
	const spent = line.sent_on === today && line.sent_count >= codesPerDayMax;
	const untilTomorrow = spent ? msOf(`${today}T00:00:00.000Z`) + 86_400_000 - now : 0;
	return Math.max(lockedMs(line, now), gap, untilTomorrow);
}

const isCurrent = (line: Line, now: number): boolean =>
	line.expires_at !== null && msOf(line.expires_at) > now;

const equal = (a: string | null, b: string): boolean =>
	a?.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const later = (ms: number): Verdict => ({
	verdict: 'later',
	retryAfterSeconds: Math.ceil(ms / 1000),
});

/** One at a time per number, so that a hundred guesses at once are not a hundred first guesses. */
function inLine<T>(
	connection: Connection,
	phone: string,
	work: (tx: Sql, line: Line) => Promise<T>,
): Promise<T> {
	return connection.transaction(async (tx) => {
		await tx.query('insert into phone_code (phone) values ($1) on conflict (phone) do nothing', [
			phone,
		]);
		const [line] = await tx.query<Line>('select * from phone_code where phone = $1 for update', [
			phone,
		]);
		if (line === undefined) throw new Error('the line of a number vanished');
		return work(tx, line);
	});
}
