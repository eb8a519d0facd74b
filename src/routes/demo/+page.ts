import { loadLaterWords } from '#lib/words/words.svelte.ts';

/** The one page that is made of words which no other first screen says. */
export const load = loadLaterWords;
