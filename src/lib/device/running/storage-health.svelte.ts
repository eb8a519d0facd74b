/* eslint-disable no-restricted-globals -- the one place that asks the browser about its storage. */
import type { Instant } from '#sync/core/time.ts';
import { every } from '#lib/device/browser/browser-clock.ts';
import { report } from '#lib/device/browser/report.ts';
import type { BrowserDevice } from './browser-device.ts';
import type { Lost } from '#lib/device/sync/store.ts';

type Health = {
	/** The browser promised not to clear this phone's storage by itself; null: not asked yet. */
	readonly persisted: boolean | null;
	readonly nearlyFull: boolean;
	readonly freeMb: number | null;
};

const mb = 1024 * 1024;
const freeMbMin = 50;
const lookMs = 10 * 60_000;

let health = $state.raw<Health>({ persisted: null, nearlyFull: false, freeMb: null });
let lost = $state.raw<Lost | null>(null);
let open: BrowserDevice | null = null;

/** How safe what is on this phone lies, and what was not safe. */
export const storage = {
	get persisted(): boolean | null {
		return health.persisted;
	},
	/** Soon there is no room: said while there still is some. */
	get nearlyFull(): boolean {
		return health.nearlyFull;
	},
	/** Megabytes that this site may still use; null: the browser does not tell. */
	get freeMb(): number | null {
		return health.freeMb;
	},
	/** The storage of this phone was cleared: told until its owner has read it. */
	get lost(): Lost | null {
		return lost;
	},
};

/** The owner has read it. */
export async function dismissLost(): Promise<void> {
	lost = null;
	await open?.store.change(() => ({ lost: null }));
}

/** Old browsers cannot be asked. */
const manager = () => (navigator as Partial<Pick<Navigator, 'storage'>>).storage;

/** Once, at the start: from then on it looks now and then. */
export function watchStorage(): void {
	const look = () => void lookAtStorage().catch(report);
	look();
	every(lookMs, look);
	// Chromium promises it to apps on the home screen, and so it is asked again then.
	window.addEventListener('appinstalled', () => void keepStorage().catch(report));
}

export async function lookAtStorage(): Promise<void> {
	const storages = manager();
	if (storages === undefined) return;
	const persisted = await storages.persisted();
	const { quota, usage } = await storages.estimate();
	const known = quota !== undefined && usage !== undefined;
	const freeMb = known ? Math.max(0, Math.floor((quota - usage) / mb)) : null;
	health = { persisted, freeMb, nearlyFull: freeMb !== null && freeMb < freeMbMin };
}

/**
 * Asks the browser not to clear this phone's storage when it runs out of room. Some ask the person:
 * so this comes only when a worker signs in, and when the app is put on the home screen.
 */
export async function keepStorage(): Promise<void> {
	const storages = manager();
	if (storages === undefined) return;
	if (!(await storages.persisted())) await storages.persist();
	await lookAtStorage();
}

/** Follows the device in use; null: none. Answers how to stop. */
export function followLost(next: BrowserDevice | null): () => void {
	open = next;
	lost = null;
	if (next === null) return () => undefined;
	let lookedAt: Instant | null | undefined;
	const ask = () => {
		// It is written at the start, and when the server has told what it missed.
		const { syncedAt } = next.device.status();
		if (syncedAt === lookedAt) return;
		lookedAt = syncedAt;
		look().catch((error: unknown) => {
			if (open === next) report(error);
		});
	};
	const look = async () => {
		const meta = await next.store.meta();
		if (open === next) lost = meta.lost;
	};
	ask();
	return next.device.watch(ask);
}
