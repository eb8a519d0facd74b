import { createHmac } from 'node:crypto';
import type { Actor } from '#sync/core/actor.ts';
import { connect } from '#server/db/connect.ts';
import type { Connection } from '#server/db/connection.ts';
import { migrate } from '#server/db/migrate.ts';
import { everybody } from '#tests/support/cast.ts';
import { emptyTables } from '#tests/support/database.ts';
import { install } from '../judging.ts';

export const authSecret = 'a secret for tests, long enough to be one';
const longAgo = '2026-01-01T00:00:00.000Z';
/** Sign-in has a clock of its own, the wall's: no session of ours ends by it, or is prolonged. */
const neverEnds = '2100-01-01T00:00:00.000Z';

let made: Promise<Connection> | null = null;

/** The embedded database: made once for a process, as that takes seconds. */
export const theDatabase = (): Promise<Connection> =>
	(made ??= connect({}).then(async (connection) => {
		await migrate(connection);
		return connection;
	}));

/** Empties everything but who and which data set it is. */
export async function emptyTown(base: Connection): Promise<void> {
	await emptyTables(base);
	await base.query('insert into installation (install, era, clock_offset_ms) values ($1, 1, 0)', [
		install,
	]);
	await base.query(
		`insert into app_user (user_id, email, name, locale, status, created_at, updated_at)
		select id, id || '@example.test', 'Somebody', 'en', 'active', $2, $2
		from unnest($1::uuid[]) as given (id)`,
		[Object.values(everybody).map((each) => String(each.userId)), longAgo],
	);
}

/** A new session of this person, as the cookie that stands for it. */
export async function aSession(base: Connection, actor: Actor, id: string): Promise<string> {
	const token = `token-${id}`;
	await base.query(
		`insert into session (session_id, user_id, token, expires_at, created_at, updated_at)
		values ($1, $2, $3, $4, $5, $5)`,
		[id, String(actor.userId), token, neverEnds, longAgo],
	);
	const signature = createHmac('sha256', authSecret).update(token).digest('base64');
	return `moto.session=${encodeURIComponent(`${token}.${signature}`)}`;
}

/** All sessions of this person end, on whatever phone. */
export async function endSessions(connection: Connection, actor: Actor): Promise<void> {
	await connection.query('delete from session where user_id = $1', [String(actor.userId)]);
}
