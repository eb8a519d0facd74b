import type { Component } from 'svelte';
import { painted } from '#lib/pwa/painted.ts';
import { loadLaterWords } from '#lib/words/words.svelte.ts';
import Lazy from './Lazy.svelte';

/**
 * A component that no first screen needs: it is fetched right behind it, with the words that it says,
 * and until then it shows nothing. It does not wait until somebody wants it, for then there may be no
 * network: `const Card = lazily(async () => (await import('./Card.svelte')).default)`.
 */
export function lazily<Props extends Record<string, unknown>>(
	fetchPart: () => Promise<Component<Props>>,
): Component<Props> {
	let part = $state.raw<Component<Props> | null>(null);
	let fetching = painted.then(fetchWhole);
	fetching.catch(() => undefined); // Tried again, and then told, when somebody wants it.

	async function fetchWhole(): Promise<void> {
		const [fetched] = await Promise.all([fetchPart(), loadLaterWords()]);
		part = fetched;
	}

	return (internals, given) => {
		fetching = fetching.catch(fetchWhole);
		fetching.catch(reportError);
		const props = {
			get part() {
				return part;
			},
			given,
		};
		return Lazy(internals, props);
	};
}
