import { isLive, type Actor } from '#sync/core/actor.ts';
import type { Instant } from '#sync/core/time.ts';
import { vehicle } from '#sync/vehicle/entity.ts';
import type { Reads } from '../db/port.ts';
import { listed } from './reads.ts';
import { vehicleView } from './views.ts';

/** The living bikes of whoever asks. */
export async function vehiclesShown(reads: Reads, actor: Actor, now: Instant) {
	const customerId = actor.grants
		.filter((each) => isLive(each, now))
		.flatMap((each) => each.customerId ?? []);
	if (customerId.length === 0) return [];
	const rows = await listed(reads, vehicle, { customerId, retiredAt: null });
	return rows.map(vehicleView);
}
