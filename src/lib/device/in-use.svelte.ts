import type { BrowserDevice } from './browser-device.ts';
import { http, keepStorage, report } from './browser-ports.ts';
import {
	askSession,
	forgetSession,
	recallSession,
	session,
	watchSession,
} from './session.svelte.ts';

let opened = $state.raw<BrowserDevice | null>(null);
let opening: Promise<void> = Promise.resolve();
let build = 'unknown';

/** The signed-in person's device in this tab; null while nobody is, or while it opens. */
export const inUse = {
	get device(): BrowserDevice | null {
		return opened;
	},
};

/**
 * Starts the app on this phone: opens the device of whoever it remembers without waiting for the
 * network, then asks the server whether that still holds.
 */
export async function start(appBuild: string): Promise<void> {
	build = appBuild;
	recallSession();
	watchSession(() => void follow().catch(report));
	await follow();
	await refreshSession();
}

/** After signing in, or to hear of new roles. */
export async function refreshSession(): Promise<void> {
	await askSession();
	await follow();
	opened?.device.wake();
}

/**
 * Signs out. Unsent work stays on the phone under this person's name and goes on when he is back;
 * what the server can tell again is deleted.
 */
export async function signOut(): Promise<void> {
	await http('/api/auth/sign-out', {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: '{}',
	});
	const leaving = opened;
	opened = null;
	forgetSession();
	await leaving?.close('forget');
}

/** The device once it is open; null if nobody is signed in. */
export async function whenOpen(): Promise<BrowserDevice | null> {
	await opening;
	return opened;
}

/** Opens the device of who is signed in, closes that of who is not any more; one after the other. */
function follow(): Promise<void> {
	opening = opening.then(exchange, exchange);
	return opening;
}

async function exchange(): Promise<void> {
	const { me } = session;
	if (opened?.owner === me?.user.id) return;
	const leaving = opened;
	opened = null;
	await leaving?.close();
	if (me === null) return;
	// The database is a large part of the code: the first screen is drawn before it arrives.
	const { openBrowserDevice } = await import('./browser-device.ts');
	const owner = me;
	opened = await openBrowserDevice(() => session.me ?? owner, build);
	keepStorage();
}
