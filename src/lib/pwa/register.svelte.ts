import { dev } from '$app/environment';
import type { Workbox } from 'workbox-window';
import { syncState } from '#lib/device/live/sync-state.svelte.ts';
import { hasTyped, isQuiet, mayReload, quietMsMin } from './update.ts';

const hourMs = 3_600_000;

let waiting = $state.raw<Workbox | null>(null);
/** The newer version has taken over, and this page is still the old one: it had text in it. */
let isBehind = $state(false);

/** A newer version lies on this phone and waits to take over. */
export const isUpdateReady = (): boolean => waiting !== null || isBehind;

/** Starts the newer version: the page opens again with it. */
export function takeUpdate(): void {
	if (isBehind) location.reload();
	else waiting?.messageSkipWaiting();
}

/**
 * Keeps the application on the phone. Not while developing: there it would show yesterday's files.
 * An open page asks for newer versions when it is looked at again, at most once an hour.
 */
export async function registerServiceWorker(): Promise<void> {
	if (dev || !('serviceWorker' in navigator)) return;
	const { Workbox } = await import('workbox-window');
	const workbox = new Workbox('/service-worker.js');
	workbox.addEventListener('waiting', () => {
		waiting = workbox;
	});
	workbox.addEventListener('controlling', (event) => {
		if (event.isUpdate) reloadOrWait();
	});
	// Without a worker (a private window may refuse it) everything works but opening offline.
	const registration = await workbox.register().catch(() => undefined);
	if (!registration) return;
	navigator.serviceWorker.controller?.postMessage({ type: 'STARTED' });
	let askedAt = performance.now();
	document.addEventListener('visibilitychange', () => {
		if (document.visibilityState !== 'visible' || performance.now() - askedAt < hourMs) return;
		askedAt = performance.now();
		// Offline it cannot be asked; the next look asks again.
		registration.update().catch(() => undefined);
	});
	document.addEventListener('visibilitychange', takeWhenQuiet);
}

/** Another tab may have taken the update: what is typed here outlives that. */
function reloadOrWait(): void {
	if (mayReload({ typed: hasTyped(document) })) location.reload();
	else isBehind = true;
}

function takeWhenQuiet(): void {
	if (document.visibilityState !== 'hidden') return;
	const hiddenAt = performance.now();
	const look = setTimeout(() => {
		const hiddenMs = performance.now() - hiddenAt;
		const moment = { hiddenMs, waiting: syncState.waiting, typed: hasTyped(document) };
		if (isUpdateReady() && isQuiet(moment)) takeUpdate();
	}, quietMsMin);
	document.addEventListener('visibilitychange', () => clearTimeout(look), { once: true });
}
