import type { BrowserDevice } from './browser-device.ts';

let opened = $state.raw<BrowserDevice | null>(null);

/** The signed-in person's device in this tab; null while nobody is, or while it opens. */
export const inUse = {
	get device(): BrowserDevice | null {
		return opened;
	},
};

/** From here on every page sees this one, or none. */
export function use(device: BrowserDevice | null): void {
	opened = device;
}

/** Opening, closing and leaving come one after the other (`start.ts`); this is the newest of them. */
export const turn = { last: Promise.resolve() };

/** The device once it is open; null if nobody is signed in. */
export async function whenOpen(): Promise<BrowserDevice | null> {
	let waitedFor: Promise<void>;
	do {
		waitedFor = turn.last;
		await waitedFor;
	} while (waitedFor !== turn.last);
	return opened;
}
