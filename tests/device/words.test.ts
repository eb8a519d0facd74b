import { describe, expect, it, vi } from 'vitest';
import type { Text } from '#lib/words/catalogue.ts';
import { en as firstEn } from '#lib/words/en.ts';
import { countdown, money, plateText } from '#lib/words/format.ts';
import { hi as firstHi } from '#lib/words/hi.ts';
import { laterEn } from '#lib/words/later-en.ts';
import { laterHi } from '#lib/words/later-hi.ts';
import { chooseLanguage, loadLaterWords, loadWords, t } from '#lib/words/words.svelte.ts';

const en = { ...firstEn, ...laterEn };
const hi = { ...firstHi, ...laterHi };

const holesIn = (text: Text): string[] => {
	const forms = typeof text === 'string' ? [text] : [text.one, text.other];
	return [...new Set(forms.flatMap((form) => form.match(/\{\w+\}/g) ?? []))].sort();
};

describe('the words', () => {
	it('fill in the same in every language', () => {
		const keys = Object.keys(en) as (keyof typeof en)[];
		const differing = keys.filter((key) => holesIn(hi[key]).join() !== holesIn(en[key]).join());

		expect(differing).toEqual([]);
	});

	it('are Hindi in Hindi, but for names', () => {
		const names = ['app', 'mark.change', 'news.forVisit', 'track.by'];
		const english = Object.entries(hi).filter(
			([key, text]) =>
				!names.includes(key) && !/\p{Script=Devanagari}/u.test(Object.values(text).join('')),
		);

		expect(english.map(([key]) => key)).toEqual([]);
	});
});

describe('words that no first screen says', () => {
	it('are nothing, never a key, until they have come', async () => {
		vi.stubGlobal('localStorage', { getItem: () => 'en', setItem: () => undefined });
		vi.stubGlobal('document', { documentElement: {} });
		await loadWords();
		expect([t('home'), t('why.slot_taken')]).toEqual([en.home, '']);

		await loadLaterWords();
		expect([t('home'), t('why.slot_taken')]).toEqual([en.home, en['why.slot_taken']]);

		await chooseLanguage('hi');
		expect([t('home'), t('why.slot_taken')]).toEqual([hi.home, hi['why.slot_taken']]);
	});
});

describe('what is shown', () => {
	it.each([
		[118_000, '₹1,180'],
		[88_382, '₹883.82'],
		[12_345_600, '₹1,23,456'],
		[0, '₹0'],
	])('writes %i paise as %s', (paise, text) => {
		expect(money(paise)).toBe(text);
	});

	it.each([
		[600_000, '10:00'],
		[59_001, '1:00'],
		[5_000, '0:05'],
		[-1, '0:00'],
	])('counts %i ms down as %s', (ms, text) => {
		expect(countdown(ms)).toBe(text);
	});

	it.each([
		['KA51AB1234', 'KA 51 AB 1234'],
		['DL3CAB12', 'DL 3 CAB 12'],
		['22BH1234AA', '22BH1234AA'],
		['MH121234', 'MH 12 1234'],
	])('writes the plate %s as %s', (plate, text) => {
		expect(plateText(plate)).toBe(text);
	});
});
