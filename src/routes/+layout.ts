import { version } from '$app/environment';
import { turn } from '#lib/device/running/in-use.svelte.ts';
import { report } from '#lib/device/browser/report.ts';
import { recallSession, session } from '#lib/device/session/session.svelte.ts';
import { painted } from '#lib/pwa/painted.ts';
import { loadWords } from '#lib/words/words.svelte.ts';

// Every page is drawn on the device, from the device's own data: the server has nothing to render.
export const ssr = false;
export const prerender = false;

/**
 * Runs once, before the first page: words are all that a first screen waits for. Who is signed in is
 * remembered by the phone; its database is opened and the server asked behind the screen's back.
 */
export async function load(): Promise<{ started: Promise<void> }> {
	recallSession();
	const started = startBehind().catch(report);
	await loadWords();
	void painted.then(keepOnPhone).catch(report);
	return { started };
}

async function startBehind(): Promise<void> {
	const code = painted.then(() => import('#lib/device/session/start.ts'));
	if (session.me !== null) void painted.then(fetchDatabase).catch(() => undefined);
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
