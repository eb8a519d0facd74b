import { instantOf, msOf, type Instant } from '#sync/core/time.ts';
import type { Connection } from '../db/connection.ts';

/**
 * Business time: the wall clock's, moved forward by an offset that is kept with the data. Only the
 * demo moves it. Sessions, limits and heartbeats live by the wall clock and do not notice.
 */
export type BusinessClock = {
	readonly now: () => Instant;
	/** Moves the clock forward to this time; a time that has passed changes nothing. */
	readonly moveTo: (instant: Instant) => Promise<void>;
	/** Reads the offset again: the data set was replaced. */
	readonly reload: () => Promise<void>;
};

export async function businessClock(
	connection: Connection,
	wall: () => number,
): Promise<BusinessClock> {
	let offsetMs = await storedOffset(connection);
	const now = () => instantOf(wall() + offsetMs);
	return {
		now,
		async moveTo(instant) {
			if (instant <= now()) return;
			const wanted = msOf(instant) - wall();
			await connection.query('update installation set clock_offset_ms = $1', [wanted]);
			offsetMs = wanted;
		},
		async reload() {
			offsetMs = await storedOffset(connection);
		},
	};
}

async function storedOffset(connection: Connection): Promise<number> {
	const [row] = await connection.query<{ clock_offset_ms: number }>(
		'select clock_offset_ms from installation',
	);
	return row?.clock_offset_ms ?? 0;
}
