import type { Device } from '#server/db/device.ts';
import { demand } from './invariants.ts';
import type { Scene } from './scene.ts';

/** What a phone was told to be done is in the log at the end, and has ended. */
export function checkPromises({ phones, wireOf, store }: Scene): void {
	const { log } = store.state();
	for (const phone of phones)
		for (const id of wireOf(phone).promised) {
			const entry = log.get(id);
			demand(
				entry !== undefined && entry.status !== 'parked',
				'what was acknowledged is not lost',
				{ phone: phone.name, id, entry },
			);
		}
}

/**
 * Who lost work that the server knew of, because his browser threw it away, was told: unless it had
 * arrived all the same, or more had been heard from that browser since.
 */
export async function checkLosses({ losses, store }: Scene): Promise<void> {
	const rows = [...(store.state().tables.get('device')?.values() ?? [])] as never as Device[];
	for (const { phone, deviceId } of losses) {
		const { lost, device } = await phone.disk.open().books();
		// It has heard of it, maybe just before it died; and meanwhile that work may have arrived.
		const mayBeLost = rows.some(
			(each) => each.browserId === browserOf(rows, device.id) && isLost(each, device.id),
		);
		if (deviceId === null ? !mayBeLost : !mustBeTold(rows, deviceId)) continue;
		demand((lost?.count ?? 0) > 0, 'what a browser threw away is told to its owner', {
			...{ phone: phone.name, deviceId, lost },
		});
	}
}

const browserOf = (rows: readonly Device[], deviceId: string) =>
	rows.find((each) => each.id === deviceId)?.browserId;

const isLost = ({ id, pendingReported, revokedAt }: Device, current: string): boolean =>
	id !== current && pendingReported > 0 && revokedAt === null;

function mustBeTold(rows: readonly Device[], deviceId: string): boolean {
	const gone = rows.find((each) => each.id === deviceId);
	if (!gone || !isLost(gone, '')) return false;
	const ofBrowser = rows.filter(
		(each) => each.browserId === gone.browserId && each.userId === gone.userId,
	);
	return ofBrowser.length === 2;
}
