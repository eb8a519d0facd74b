import path from 'node:path';

import type { Browser, Page } from '@playwright/test';

import { enterAs } from '#tests/support/e2e/phone.ts';
import type { Town } from '#tests/support/e2e/town.ts';
import { saying } from '#tests/support/e2e/words.ts';
import { root } from './run.ts';

/** Pictures of every page and state, for who wants to see the product without starting it. */
export const folder = path.join(root, 'docs/screens');

export const variants = [
	{ name: 'phone', language: 'en', scheme: 'light', width: 360 },
	{ name: 'desk', language: 'en', scheme: 'light', width: 1280 },
	{ name: 'hindi', language: 'hi', scheme: 'light', width: 360 },
	{ name: 'dark', language: 'en', scheme: 'dark', width: 360 },
] as const;
export type Variant = (typeof variants)[number];
export const [, , hindi] = variants;

/** Somebody at a screen. */
export type Seat = {
	readonly page: Page;
	readonly says: (key: Parameters<typeof saying>[0]) => RegExp;
	/** Everything on the screen is there to stay. */
	readonly settled: () => Promise<void>;
	readonly take: (picture: string, how?: Taking) => Promise<void>;
	readonly leave: () => Promise<void>;
};
type Taking = {
	/** Another one than the seat was made for. */
	readonly name?: Variant['name'];
	/** The page from top to bottom, not only what is on the screen. */
	readonly whole?: boolean;
};

export async function sit(
	from: Browser,
	town: Town,
	{ name, language, scheme, width }: Variant,
	phoneNumber: string | null,
): Promise<Seat> {
	const context = await from.newContext({
		baseURL: town.url,
		viewport: { width, height: 780 },
		colorScheme: scheme,
		reducedMotion: 'reduce',
		locale: 'en-IN',
		timezoneId: 'Asia/Kolkata',
	});
	await context.addInitScript(`localStorage.setItem('moto-language', '${language}')`);
	if (phoneNumber !== null) await enterAs(context, town, phoneNumber);
	const page = await context.newPage();
	const says: Seat['says'] = (key) => saying(key, {}, language);
	return {
		page,
		says,
		settled: () => page.getByText(says('pill.allSent')).waitFor(),
		take: async (picture, how = {}) => {
			await page.mouse.move(0, 0); // Nothing looks as if it were just touched.
			const file = path.join(folder, `${picture}.${how.name ?? name}.png`);
			if (how.whole) await stretch(page);
			await page.screenshot({ path: file, animations: 'disabled' });
		},
		leave: () => context.close(),
	};
}

/** As tall as the page is: what lies below is drawn, too, and the menu stays at the end. */
async function stretch(page: Page): Promise<void> {
	for (let turn = 0; turn < 2; turn += 1) {
		const height = await page.evaluate(() => document.documentElement.scrollHeight);
		await page.setViewportSize({ width: page.viewportSize()?.width ?? 0, height });
	}
}
