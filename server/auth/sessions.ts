import { instantOf, type Instant } from '#sync/core/time.ts';
import type { Connection } from '../db/connection.ts';

/** The person behind a request, as sign-in knows him. What he may do is asked elsewhere, each time. */
export type Session = {
	readonly id: string;
	readonly userId: string;
	readonly name: string;
	readonly phone: string | null;
	readonly locale: string;
};

type SessionShown = {
	readonly id: string;
	readonly current: boolean;
	readonly userAgent: string | null;
	readonly createdAt: Instant;
	readonly expiresAt: Instant;
};

/** Sessions as people see and end them. By id: a session's token never leaves the server again. */
export type Sessions = {
	/** Those among these that still live. */
	readonly liveAmong: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
	/** The living sessions of the person behind this one, newest first. */
	readonly listFor: (session: Session) => Promise<SessionShown[]>;
	/** Ends one session of the person behind this one, or (null) all but this one. */
	readonly endFor: (session: Session, id: string | null) => Promise<void>;
	/** Ends a session of a person, be it the one he asks by. */
	readonly endOwn: (userId: string, id: string) => Promise<void>;
};

export function sessionsOn(
	connection: Connection,
	wall: () => number,
	ended: (sessionId: string) => void,
): Sessions {
	return {
		async liveAmong(ids) {
			const rows = await connection.query<{ session_id: string }>(
				`select session_id from session join app_user using (user_id)
				where session_id = any($1::uuid[]) and expires_at > $2 and status = 'active'`,
				[ids, instantOf(wall())],
			);
			return new Set(rows.map((each) => each.session_id));
		},
		async listFor({ id, userId }) {
			const rows = await connection.query<Line>(
				`select session_id, user_agent, created_at, expires_at from session
				where user_id = $1 and expires_at > $2 order by created_at desc`,
				[userId, instantOf(wall())],
			);
			return rows.map((each) => ({
				id: each.session_id,
				current: each.session_id === id,
				userAgent: each.user_agent,
				createdAt: each.created_at,
				expiresAt: each.expires_at,
			}));
		},
		async endFor(session, id) {
			const rows = await connection.query<{ session_id: string }>(
				`delete from session
				where user_id = $1 and session_id <> $2 and session_id = coalesce($3::uuid, session_id)
				returning session_id`,
				[session.userId, session.id, id],
			);
			for (const each of rows) ended(each.session_id);
		},
		async endOwn(userId, id) {
			await connection.query('delete from session where user_id = $1 and session_id = $2', [
				userId,
				id,
			]);
			ended(id);
		},
	};
}

type Line = {
	readonly session_id: string;
	readonly user_agent: string | null;
	readonly created_at: Instant;
	readonly expires_at: Instant;
};
