import {
	locales,
	type FirstWords,
	type Key,
	type LaterWords,
	type Locale,
	type Params,
	type Text,
} from './catalogue.ts';

type Fetched = {
	readonly first: () => Promise<FirstWords>;
	readonly later: () => Promise<LaterWords>;
};
/** Only the language that is read is fetched; the service worker keeps all of them for offline. */
const catalogues: Readonly<Record<Locale, Fetched>> = {
	en: {
		first: async () => (await import('./en.ts')).en,
		later: async () => (await import('./later-en.ts')).laterEn,
	},
	hi: {
		first: async () => (await import('./hi.ts')).hi,
		later: async () => (await import('./later-hi.ts')).laterHi,
	},
};

const storageKey = 'moto-language';

let words = $state.raw<(FirstWords & Partial<LaterWords>) | null>(null);
let locale = $state<Locale>('en');
/** The language whose words are all here. */
let wholeOf: Locale | null = null;

/** The language in use; reading it in a component follows changes. */
export const currentLocale = (): Locale => locale;

/**
 * The words for a key in the language in use: `t('jobs.working', { time })`. Those that have not come
 * yet are nothing, never a key.
 */
export function t<K extends Key>(key: K, ...[params]: Params<K>): string {
	if (!words) throw new Error('Words are loaded before the first page (src/routes/+layout.ts).');
	const text: Text = words[key] ?? '';
	return filled(formOf(text, params), params);
}

/** Takes the language this phone last used, else the browser's if we have it, else English. */
export function loadWords(): Promise<void> {
	const kept = localStorage.getItem(storageKey);
	const wanted = [kept, ...navigator.languages.map((each) => each.slice(0, 2))];
	const known = wanted.find((each): each is Locale => isLocale(each));
	return useLanguage(known ?? 'en', false);
}

/** The rest of the language in use: everything that no first screen says. */
export async function loadLaterWords(): Promise<void> {
	const wanted = locale;
	const later = await catalogues[wanted].later();
	// Whoever chose another language meanwhile has got all of that one.
	if (wanted !== locale || wanted === wholeOf || !words) return;
	words = { ...words, ...later };
	wholeOf = wanted;
}

/** Changes the language and keeps the choice on this phone; nobody needs to be signed in. */
export async function chooseLanguage(next: Locale): Promise<void> {
	localStorage.setItem(storageKey, next);
	await useLanguage(next, true);
}

async function useLanguage(next: Locale, whole: boolean): Promise<void> {
	const { first, later } = catalogues[next];
	const [shown, rest] = await Promise.all([first(), whole ? later() : {}]);
	words = { ...shown, ...rest };
	wholeOf = whole ? next : null;
	locale = next;
	document.documentElement.lang = next;
}

const isLocale = (text: string | null): text is Locale => locales.some((each) => each === text);

function formOf(text: Text, params: { readonly count?: number } | undefined): string {
	if (typeof text === 'string') return text;
	const rule = new Intl.PluralRules(locale).select(params?.count ?? 0);
	return rule === 'one' ? text.one : text.other;
}

function filled(text: string, params: Readonly<Record<string, string | number>> = {}): string {
	return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole));
}
