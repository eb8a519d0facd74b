import { tick } from 'svelte';

/** A page that is not looked at is never painted; nothing waits longer than this for it. */
const patienceMs = 3_000;

/**
 * The first screen is drawn, with what this phone remembers. Whatever is large or asks the network
 * waits for this.
 */
export const painted = new Promise<void>((resolve) => {
	setTimeout(resolve, patienceMs);
	const observer = new MutationObserver(() => {
		if (document.querySelector('main') === null) return;
		observer.disconnect();
		void tick().then(() => requestAnimationFrame(() => setTimeout(resolve)));
	});
	observer.observe(document.body, { childList: true, subtree: true });
});
