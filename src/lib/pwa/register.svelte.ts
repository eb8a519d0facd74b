import { dev } from '$app/environment';
import { Workbox } from 'workbox-window';

const hourMs = 3_600_000;

let waiting = $state.raw<Workbox | null>(null);

/** A newer version lies on this phone and waits to take over. */
export const isUpdateReady = (): boolean => waiting !== null;

/** Starts the newer version: the page opens again with it. */
export function takeUpdate(): void {
	waiting?.messageSkipWaiting();
}

/**
 * Keeps the application on the phone. Not while developing: there it would show yesterday's files.
 * An open page asks for newer versions when it is looked at again, at most once an hour.
 */
export async function registerServiceWorker(): Promise<void> {
	if (dev || !('serviceWorker' in navigator)) return;
	const workbox = new Workbox('/service-worker.js');
	workbox.addEventListener('waiting', () => {
		waiting = workbox;
	});
	workbox.addEventListener('controlling', (event) => {
		if (event.isUpdate) location.reload();
	});
	// Without a worker (a private window may refuse it) everything works but opening offline.
	const registration = await workbox.register().catch(() => undefined);
	if (!registration) return;
	let askedAt = performance.now();
	document.addEventListener('visibilitychange', () => {
		if (document.visibilityState !== 'visible' || performance.now() - askedAt < hourMs) return;
		askedAt = performance.now();
		// Offline it cannot be asked; the next look asks again.
		registration.update().catch(() => undefined);
	});
}
