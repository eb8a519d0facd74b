import type { en } from './en.ts';

/** A text, or its forms by number; `{name}` in it is filled in. */
export type Text = string | { readonly one: string; readonly other: string };
export type Key = keyof typeof en;
/** A language: every key, with forms by number just where English has them. */
export type Catalogue = {
	readonly [K in Key]: (typeof en)[K] extends string
		? string
		: { readonly one: string; readonly other: string };
};

type Holes<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Holes<Rest> : never;
type HolesOf<T> = T extends { readonly other: infer S } ? 'count' | Holes<S> : Holes<T>;
type ParamsOf<K extends Key> = {
	readonly [P in HolesOf<(typeof en)[K]>]: P extends 'count' ? number : string | number;
};
/** What must be passed with a key: nothing for a plain text, its holes otherwise. */
export type Params<K extends Key> = [HolesOf<(typeof en)[K]>] extends [never]
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
