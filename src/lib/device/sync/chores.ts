import { coalesced } from './coalesced.ts';
import type { Device } from './device.ts';

type Chores = {
	readonly device: Pick<Device, 'watch' | 'status' | 'pending'>;
	/** How many actions the server has not answered: told when that changes, and once at the start. */
	readonly unsentIs: (count: number) => Promise<void>;
	/** Once, after the server has answered for the first time since the start. Rejected: again. */
	readonly afterFirstSync: readonly (() => Promise<void>)[];
	/** After every answer of the server. */
	readonly whenOnline: () => Promise<void>;
	/** Nothing waits and the server answers. */
	readonly whenLevel: () => Promise<void>;
	readonly report: (error: unknown) => void;
};

/** What a browser does beside a device's work, as it happens. Answers how to stop. */
export function startChores({ device, report, ...chores }: Chores): () => void {
	let stopped = false;
	let told: number | null = null;
	let due = [...chores.afterFirstSync];

	const look = coalesced(async () => {
		if (stopped) return;
		const unsent = unsentIn(device);
		if (unsent !== told) await chores.unsentIs(unsent);
		told = unsent;
		const { network, syncedAt } = device.status();
		if (network !== 'online' || syncedAt === null) return;
		const now = due;
		due = [];
		for (const task of now)
			await task().catch((error: unknown) => {
				due.push(task);
				report(error);
			});
		await chores.whenOnline();
		if (unsent === 0) await chores.whenLevel();
	});
	const ask = () => {
		look().catch((error: unknown) => {
			if (!stopped) report(error);
		});
	};
	const stop = device.watch(ask);
	ask();
	return () => {
		stopped = true;
		stop();
	};
}

export const unsentIn = (device: Pick<Device, 'pending'>): number =>
	device.pending().filter(({ status }) => status !== 'accepted').length;
