/**
 * A thread with many clients of one server, for `support/crowd.ts`. RxDB allows thirteen collections
 * in a thread, so a hundred clients are spread over several, ours as well as the floor's.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { openFloorClient } from './floor/client.ts';
import type { Seat, Shown } from './support/crowd.ts';
import { nowMs } from './support/figures.ts';
import { openPhone } from './support/phone.ts';

const { url, seats } = workerData as { readonly url: string; readonly seats: readonly Seat[] };

const show = (seat: number, id: string, mark: number) =>
	parentPort?.postMessage({ seat, id, mark, atMs: nowMs() } satisfies Shown);

async function sitFloor(seat: number): Promise<void> {
	const client = await openFloorClient(url);
	client.collection.$.subscribe(({ documentData: { id, updatedAt } }) => show(seat, id, updatedAt));
	await client.connect(true);
}

/** Shown is what the screen's query would give: the bike with the odometer that was read. */
async function sitOurs(seat: number, who: NonNullable<Seat['who']>): Promise<void> {
	const { device, listen } = await openPhone(url, who);
	await device.sync();
	const known = new Map<string, unknown>();
	const look = async () => {
		for (const each of await device.documents('bookings')) {
			const { id, receivedAt } = each as typeof each & { readonly receivedAt: string | null };
			if (known.get(id) === receivedAt) continue;
			if (known.has(id)) show(seat, id, 0);
			known.set(id, receivedAt);
		}
	};
	await look();
	device.watch(() => void look());
	listen();
}

await Promise.all(
	seats.map(({ seat, who }) => (who === null ? sitFloor(seat) : sitOurs(seat, who))),
);
parentPort?.postMessage('ready');
