import type { Instant } from '#sync/core/time.ts';
import type { Connection } from './connection.ts';

/**
 * The id of the timer that ran out first, of those that ran out by then and are not left out; null if none did. Waiting
 * timers are few, and the partial index on them (timer_key_waiting) leaves out all that ever ran.
 */
export async function nextTimer(
	connection: Connection,
	by: Instant,
	except: readonly string[],
): Promise<string | null> {
	const [row] = await connection.query<{ timer_id: string }>(
		`select timer_id from timer where ran_at is null and due_at <= $1 and timer_id <> all($2::uuid[])
		order by due_at, timer_id limit 1`,
		[by, [...except]],
	);
	return row?.timer_id ?? null;
}
