import type { Key } from '#lib/words/catalogue.ts';
import { en } from '#lib/words/en.ts';
import { hi } from '#lib/words/hi.ts';
import { laterEn } from '#lib/words/later-en.ts';
import { laterHi } from '#lib/words/later-hi.ts';

export const catalogues = { en: { ...en, ...laterEn }, hi: { ...hi, ...laterHi } };
type Params = Readonly<Record<string, string | number>>;

/**
 * What a screen says under a key, so that a test reads like the screen and a better wording breaks
 * none. Whatever is filled in and not named here may be anything.
 */
export function saying(key: Key, params: Params = {}, language: 'en' | 'hi' = 'en'): RegExp {
	const text = catalogues[language][key];
	const forms = typeof text === 'string' ? [text] : [...new Set([text.one, text.other])];
	return new RegExp(`^\\s*(?:${forms.map((form) => pattern(form, params)).join('|')})\\s*$`);
}

const pattern = (form: string, params: Params): string =>
	form
		.split(/\{(\w+)\}/)
		.map((piece, index) => (index % 2 === 0 ? escaped(piece) : hole(piece, params)))
		.join('');

const hole = (name: string, params: Params): string =>
	params[name] === undefined ? '.+' : escaped(String(params[name]));

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
