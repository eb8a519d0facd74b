import { randomUUID } from 'node:crypto';
import type { FloorDoc } from './server.ts';

/** About as large as ours: 598 bytes of JSON, its name and time included. */
const text = 'x'.repeat(470);

export const aFloorDoc = (): FloorDoc => ({
	id: randomUUID(),
	updatedAt: Date.now(),
	body: { text },
	_deleted: false,
});

/** Sends as many fresh documents as there are things to do, in one request. */
export const floorInsertOf =
	(url: string) =>
	async (some: readonly unknown[]): Promise<void> => {
		const rows = some.map(() => ({ newDocumentState: aFloorDoc() }));
		await pushToFloor(url, rows);
	};

export async function pushToFloor(
	url: string,
	rows: readonly { readonly newDocumentState: FloorDoc }[],
): Promise<void> {
	const response = await fetch(`${url}/push`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(rows),
	});
	const conflicts = (await response.json()) as unknown[];
	if (conflicts.length > 0) throw new Error('the floor refused fresh documents');
}
