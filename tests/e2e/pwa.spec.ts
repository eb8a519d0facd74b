import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect, type CDPSession, type Page } from '@playwright/test';

import { aVisit, book, customer, ticketOf } from '#tests/support/e2e/garage.ts';
import { enteredYesterday } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { test } from '#tests/support/e2e/test.ts';
import { saying } from '#tests/support/e2e/words.ts';

type Manifest = {
	readonly id: string;
	readonly screenshots: readonly { readonly src: string; readonly form_factor: string }[];
	readonly shortcuts: readonly { readonly url: string }[];
};

test('the app can be installed, as far as the browser is concerned', async ({ newPhone }) => {
	const page = await newPhone().open('/signin');
	const tools = await page.context().newCDPSession(page);
	const { errors, data = '' } = await tools.send('Page.getAppManifest');
	const manifest = JSON.parse(data) as Manifest;

	expect(errors).toEqual([]);
	expect(await installabilityErrors(tools)).toEqual([]);
	expect(new Set(manifest.screenshots.map((each) => each.form_factor))).toEqual(
		new Set(['narrow', 'wide']),
	);
	for (const { src } of manifest.screenshots) {
		const file = readFileSync(path.join(import.meta.dirname, '../../build', src));
		expect(file.length, src).toBeLessThan(120_000);
		expect((await page.request.get(src)).headers()['content-type']).toBe('image/png');
	}
});

test('every page opens from a cold browser while the server is dead', async ({
	town,
	newPhone,
}) => {
	const her = await signIn(town, customer(137));
	const { booking } = await book(her);
	const phone = newPhone();
	await enteredYesterday(phone, customer(137));
	await phone.open(`/booking/track?id=${booking.id}`);
	await phone.close();
	await town.kill();

	const pages = [
		['/', saying('home.bookings')],
		['/booking/create', saying('book.title')],
		[`/booking/confirm?id=${booking.id}`, saying('track.title')],
		[`/booking/track?id=${booking.id}`, saying('track.title')],
		['/activity', /.+/],
		['/worker/dashboard', saying('jobs.title')],
		['/signin', saying('signin.title')],
		['/demo', saying('demo.title')],
		['/no/such/page', saying('notFoundTitle')],
	] as const;
	for (const [address, title] of pages) {
		const page = await phone.open(address);
		await expect(page.getByRole('heading', { level: 1, name: title }), address).toBeVisible();
		await phone.close();
	}
});

test('the last look is shown before the database is open, with its age and what waits', async ({
	town,
	newPhone,
}) => {
	const { booking, mechanic } = await aVisit(town, customer(138));
	const phone = newPhone();
	await enteredYesterday(phone, mechanic);
	const before = await phone.open('/worker/dashboard', 'offline');
	await ticketOf(before, booking.code).getByRole('button', { name: 'Bike received' }).click();
	await expect(ticketOf(before, booking.code).getByText(saying('mark.queued'))).toBeVisible();
	await expect.poll(() => keptText(before, 'work-bookings')).toContain('"received"');
	await phone.close();

	const page = await phone.open('about:blank', 'offline');
	await page.addInitScript(neverOpenDatabases);
	await page.goto('/worker/dashboard');

	const ticket = ticketOf(page, booking.code);
	await expect(ticket.getByText(saying('jobs.receivedAt'))).toBeVisible();
	await expect(page.getByRole('main').getByText(saying('asOf'))).toBeVisible();
});

test('what was chosen for a booking outlives the phone', async ({ newPhone }) => {
	const phone = newPhone();
	await enteredYesterday(phone, customer(139));
	const before = await phone.open('/booking/create');
	await before.getByRole('checkbox', { name: 'Oil change' }).check();
	await expect
		.poll(() => before.evaluate(() => JSON.stringify(localStorage)))
		.toMatch(/moto-draft/);
	await phone.close();

	const page = await phone.open('/booking/create', 'offline');

	await expect(page.getByRole('checkbox', { name: 'Oil change' })).toBeChecked();
});

test('installing is offered at the second visit, and not again for two weeks after a no', async ({
	newPhone,
}) => {
	const phone = newPhone();
	await enteredYesterday(phone, customer(140));
	const page = await phone.open('/');
	const offer = page.getByRole('complementary', { name: saying('install.title') });
	await mayInstall(page);
	await expect(offer).toBeHidden();

	await page.evaluate(() => localStorage.setItem('moto-visit', '{"count":1,"lastMs":0}'));
	await page.reload();
	await mayInstall(page);
	await expect(offer).toBeVisible();
	await offer.getByRole('button', { name: saying('install.later') }).click();
	await expect(offer).toBeHidden();
	await page.reload();
	await mayInstall(page);
	await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
	await expect(offer).toBeHidden();
});

async function installabilityErrors(tools: CDPSession): Promise<readonly unknown[]> {
	return (await tools.send('Page.getInstallabilityErrors')).installabilityErrors;
}

const keptText = (page: Page, name: string): Promise<string> =>
	page.evaluate((end) => {
		const key = Object.keys(localStorage).find((each) => each.endsWith(end));
		return key === undefined ? '' : (localStorage.getItem(key) ?? '');
	}, name);

/** Runs in the page: a disk that takes for ever. */
function neverOpenDatabases(): void {
	const { open } = IDBFactory.prototype;
	IDBFactory.prototype.open = function (name, version) {
		// Whose last look it is, the phone must know for certain: that is one row in a database alone.
		if (name === 'moto-phone') return open.call(this, name, version);
		return { addEventListener: () => undefined } as never;
	};
}

/** What Chromium tells a page that can be installed; without a screen it never does. */
const mayInstall = (page: Page): Promise<boolean> =>
	page.evaluate(() => dispatchEvent(new Event('beforeinstallprompt', { cancelable: true })));
