import { isOneOfTwo } from '#lib/device/browser/names.ts';
import { syncState } from '#lib/device/live/sync-state.svelte.ts';
import { countVisit, mayOffer, refuseFor, refusedAt } from './install.ts';

/** Chromium's own question, which it lets us put at a better moment. */
type InstallPrompt = Event & { readonly prompt: () => Promise<unknown> };

let held = $state.raw<InstallPrompt | null>(null);
let refusedMs = $state<number | null>(null);
let visits = $state(0);
let isInstalled = $state(true);
let isIos = $state(false);

/** How the app can be put on the home screen, if now is the moment to say so. */
export const installOffer = {
	get way(): 'prompt' | 'steps' | null {
		const succeeded = syncState.history.some(({ status }) => status === 'applied');
		const occasion = { isInstalled, visits, succeeded, refusedMs, nowMs: Date.now() };
		if (!mayOffer(occasion)) return null;
		if (held !== null) return 'prompt';
		return isIos ? 'steps' : null;
	},
	/** The browser asks; whatever the answer is, it can be asked only once. */
	async accept(): Promise<void> {
		const asking = held;
		held = null;
		await asking?.prompt();
	},
	refuse(): void {
		refusedMs = Date.now();
		refuseFor(localStorage, refusedMs);
	},
};

/** Called once, early: the browser offers it when it likes, and only once. */
export function followInstalling(): void {
	if (isOneOfTwo) return;
	const standalone = matchMedia('(display-mode: standalone)').matches;
	isInstalled = standalone || (navigator as { standalone?: boolean }).standalone === true;
	// An iPad says that it is a Mac, but no Mac has a touch screen.
	isIos =
		/iPhone|iPad|iPod/.test(navigator.userAgent) ||
		(navigator.userAgent.includes('Mac') && navigator.maxTouchPoints > 1);
	refusedMs = refusedAt(localStorage);
	visits = countVisit(localStorage, Date.now());
	window.addEventListener('beforeinstallprompt', (event) => {
		event.preventDefault();
		held = event as InstallPrompt;
	});
	window.addEventListener('appinstalled', () => {
		isInstalled = true;
	});
}
