import { instantOf } from '#sync/core/time.ts';
import type { Connection } from '../db/connection.ts';

/** So many in so many seconds. */
export type Limit = { readonly max: number; readonly seconds: number };

export type RateLimit = {
	/** Counts a use of a key, or several; answers 0, or after how many seconds it may be used again. */
	readonly take: (key: string, limit: Limit, uses?: number) => Promise<number>;
	/** Forgets keys that nobody used for a day. */
	readonly sweep: () => Promise<void>;
};

const dayMs = 86_400_000;

/** Counts in the database, in wall time, so that several servers count together and a restart forgets nothing. */
export function rateLimit(connection: Connection, wall: () => number): RateLimit {
	return {
		async take(key, { max, seconds }, uses = 1) {
			const now = wall();
			const [row] = await connection.query<{ since: string; count: number }>(
				`insert into rate_limit as known (key, since, count) values ($1, $2, $5)
				on conflict (key) do update set
					since = case when known.since <= $3 then excluded.since else known.since end,
					count = least(case when known.since <= $3 then 0 else known.count end + $5, $4)
				returning since, count`,
				[key, instantOf(now), instantOf(now - seconds * 1000), max + 1, uses],
			);
			if (row === undefined || row.count <= max) return 0;
			return Math.max(1, Math.ceil((Date.parse(row.since) + seconds * 1000 - now) / 1000));
		},
		async sweep() {
			await connection.query('delete from rate_limit where since < $1', [
				instantOf(wall() - dayMs),
			]);
		},
	};
}
