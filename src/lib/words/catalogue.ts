import type { en } from './en.ts';
import type { laterEn } from './later-en.ts';

/** A text, or its forms by number; `{name}` in it is filled in. */
export type Text = string | { readonly one: string; readonly other: string };
type English = typeof en & typeof laterEn;
export type Key = keyof English;
/** A language: every key of the English one, with forms by number just where that has them. */
type Like<Words> = {
	readonly [K in keyof Words]: Words[K] extends string
		? string
		: { readonly one: string; readonly other: string };
};
/** What a first screen says; it is there before anything is drawn. */
export type FirstWords = Like<typeof en>;
/** Everything else; it arrives a moment later. */
export type LaterWords = Like<typeof laterEn>;

type Holes<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never;
type HolesOf<T> = T extends { readonly other: infer S } ? 'count' | Holes<S> : Holes<T>;
type ParamsOf<K extends Key> = {
	readonly [P in HolesOf<English[K]>]: P extends 'count' ? number : string | number;
};
/** What must be passed with a key: nothing for a plain text, its holes otherwise. */
export type Params<K extends Key> = [HolesOf<English[K]>] extends [never]
	? []
	: [params: ParamsOf<K>];

export const locales = ['en', 'hi'] as const;
export type Locale = (typeof locales)[number];

/** Each language in its own script. */
export const localeNames: Readonly<Record<Locale, string>> = { en: 'English', hi: 'हिन्दी' };

/** For `Intl`: Indian grouping, and Latin digits in every language. */
export const intlLocales: Readonly<Record<Locale, string>> = {
	en: 'en-IN',
	hi: 'hi-IN-u-nu-latn',
};
