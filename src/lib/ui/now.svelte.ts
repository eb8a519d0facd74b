import { createSubscriber } from 'svelte/reactivity';
import { addMs, instantOf, type Instant } from '#sync/core/time.ts';

const secondMs = 1_000;

let skewMs = $state(0);

/** Server minus phone, as last measured: people are shown the server's time, which decides. */
export function setClockSkew(ms: number): void {
	skewMs = ms;
}

const everySecond = createSubscriber((changed) => {
	const timer = setInterval(changed, secondMs);
	return () => clearInterval(timer);
});

/** Business time now; whatever reads it in a component follows it, second by second. */
export function now(): Instant {
	everySecond();
	return instantOf(Date.now() + skewMs);
}

/** A moment that this phone's clock has noted, as the server's clock would have. */
export const byServer = (noted: Instant): Instant => addMs(noted, skewMs);
