import { version } from '$app/environment';
import { turn } from '#lib/device/running/in-use.svelte.ts';
import { within } from '#lib/device/browser/browser-clock.ts';
import { report } from '#lib/device/browser/report.ts';
import { recallForCertain, recallSession, session } from '#lib/device/session/session.svelte.ts';
import { painted } from '#lib/pwa/painted.ts';
import { loadWords } from '#lib/words/words.svelte.ts';

// Every page is drawn on the device, from the device's own data: the server has nothing to render.
export const ssr = false;
export const prerender = false;

/** A disk that hangs must not keep the page white: then it is drawn without anybody, until it is known. */
const certainMsMax = 2_000;

/**
 * Runs once, before the first page: a first screen waits for words, and for the one row on the disk
 * that says who uses this phone, meanwhile. His database is opened and the server asked behind the
 * screen's back.
 */
export async function load(): Promise<{ started: Promise<void> }> {
	recallSession();
	const certain = within(certainMsMax, recallForCertain(), 'who uses this phone').catch(report);
	const started = startBehind(certain).catch(report);
	await Promise.all([loadWords(), certain]);
	void painted.then(keepOnPhone).catch(report);
	return { started };
}

async function startBehind(certain: Promise<unknown>): Promise<void> {
	const code = painted.then(() => import('#lib/device/session/start.ts'));
	void Promise.all([certain, painted])
		.then(() => (session.me === null ? undefined : fetchDatabase()))
		.catch(() => undefined);
	const started = code.then(({ start }) => start(version));
	turn.last = code.then(() => undefined); // Taps wait for the device until it opens.
	await started;
}

/** Large, so it is on its way while the phone looks up who opens it; whoever opens it tells a failure. */
const fetchDatabase = () => import('#lib/device/running/browser-device.ts');

async function keepOnPhone(): Promise<void> {
	const { registerServiceWorker } = await import('#lib/pwa/register.svelte.ts');
	await registerServiceWorker();
}
