import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { chromium, expect, type BrowserContext, type Page } from '@playwright/test';

import type { Town } from './town.ts';
import { saying } from './words.ts';

type LaunchOptions = NonNullable<Parameters<typeof chromium.launchPersistentContext>[1]>;

/** A browser with a folder of its own, so that it can be killed and started again. */
export type Phone = {
	/** Opens a page, starting the browser if it does not run. */
	readonly open: (address: string, network?: 'offline') => Promise<Page>;
	/** One more tab of the browser that runs. */
	readonly openTab: (address: string) => Promise<Page>;
	/** Walks into the basement, or out of it. */
	readonly setOffline: (offline: boolean) => Promise<void>;
	/** The battery falls out: the whole browser ends at once. */
	readonly kill: () => Promise<void>;
	/** Puts it away: the browser ends in good order. */
	readonly close: () => Promise<void>;
	/** It is not used any more, and its folder goes with it. */
	readonly discard: () => Promise<void>;
};

export function aPhone(town: Town, options: LaunchOptions): Phone {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'moto-phone-'));
	let running: BrowserContext | null = null;

	const started = async (offline: boolean): Promise<BrowserContext> => {
		running ??= await chromium.launchPersistentContext(folder, {
			baseURL: town.url,
			viewport: { width: 360, height: 780 },
			locale: 'en-IN',
			timezoneId: 'Asia/Kolkata',
			...options,
			offline,
		});
		return running;
	};
	const inUse = (): BrowserContext => {
		if (running === null) throw new Error('this phone is switched off');
		return running;
	};
	const close = async () => {
		const context = running;
		running = null;
		await context?.close();
	};
	return {
		async open(address, network) {
			const context = await started(network === 'offline');
			const page = context.pages()[0] ?? (await context.newPage());
			await page.goto(address);
			return page;
		},
		async openTab(address) {
			const page = await inUse().newPage();
			await page.goto(address);
			return page;
		},
		setOffline: (offline) => inUse().setOffline(offline),
		async kill() {
			const context = inUse();
			running = null;
			const ended = new Promise((resolve) => context.once('close', resolve));
			killBrowserOf(folder);
			await ended;
		},
		close,
		async discard() {
			await close();
			rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

/**
 * Kills the browser that uses this folder with all its processes, which are one group. Its number
 * is in the name that Chromium's lock points to: `<host>-<pid>`.
 */
function killBrowserOf(folder: string): void {
	const pid = Number(readlinkSync(path.join(folder, 'SingletonLock')).split('-').at(-1));
	process.kill(-pid, 'SIGKILL');
}

/** Signs in as the page lets anybody do it: with number and code. */
export async function enterByCode(page: Page, phoneNumber: string): Promise<void> {
	await page.getByLabel('Mobile number').fill(phoneNumber);
	await page.getByRole('button', { name: 'Send code' }).click();
	await page.getByLabel('Code from the message').fill('000000');
	await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Signs a browser in as one of the cast, without its sign-in page. */
export async function enterAs(
	{ request }: BrowserContext,
	{ url }: Town,
	phoneNumber: string,
): Promise<void> {
	const data = { phoneNumber, code: '000000' };
	const answer = await request.post(`${url}/api/auth/phone-number/verify`, { data });
	if (!answer.ok()) throw new Error(`signing in as ${phoneNumber}: ${answer.status()}`);
}

/** The app lies on the phone and opens without network. */
export const kept = (page: Page): Promise<void> =>
	page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

/** Everything is sent, and everything is read. */
const settled = (page: Page): Promise<void> =>
	expect(page.getByText(saying('pill.allSent'))).toBeVisible();

/**
 * The phone of somebody who signed in yesterday: it has its data and the app, and is put away. (A
 * browser writes cookies to its disk half a minute late, or when it ends in good order.)
 */
export async function enteredYesterday(phone: Phone, phoneNumber: string): Promise<void> {
	const page = await phone.open('/signin');
	await enterByCode(page, phoneNumber);
	await settled(page);
	await kept(page);
	await phone.close();
}
