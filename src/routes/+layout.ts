import { version } from '$app/environment';
import { start } from '#lib/device/in-use.svelte.ts';
import { report } from '#lib/device/browser-ports.ts';
import { findDemoOnce } from '#lib/online/demo.svelte.ts';
import { registerServiceWorker } from '#lib/pwa/register.svelte.ts';
import { loadWords } from '#lib/words/words.svelte.ts';

// Every page is drawn on the device, from the device's own data: the server has nothing to render.
export const ssr = false;
export const prerender = false;

/**
 * Runs once, before the first page: words are all that a first screen waits for. Who is signed in is
 * remembered by the phone; the server is asked behind the screen's back.
 */
export async function load(): Promise<{ started: Promise<void> }> {
	await loadWords();
	registerServiceWorker().catch(report);
	findDemoOnce().catch(report);
	return { started: start(version).catch(report) };
}
