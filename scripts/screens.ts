import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

import { chromium, type Browser } from '@playwright/test';

import { aVisit, book, colleaguesOf, customer, freeToday } from '#tests/support/e2e/garage.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import { startTown, type Town } from '#tests/support/e2e/town.ts';
import { buildIfStale } from './build.ts';
import { ensureChromium } from './chromium.ts';
import { root } from './run.ts';
import { takeFates } from './screens-fates.ts';
import { folder, sit, variants, type Seat, type Variant } from './seat.ts';

/** Those that the manifest shows to whoever thinks about installing the app. */
const inManifest = {
	'worker-phone': 'worker-dashboard.phone',
	'book-phone': 'booking-create.phone',
	'track-phone': 'booking-track.phone',
	'worker-desk': 'worker-dashboard.desk',
	'track-desk': 'booking-track.desk',
};
/** Always the same Monday, ten in the morning, so that two runs show the same town. */
const monday = '2026-11-23T04:30:00.000Z';

const asha = '+919000000101';
const owner = '+919000000011';
const admin = '+919000000001';
/** Nobody has booked at his garage yet. */
const idleMechanic = '+919000000021';
/** Has an offer that waits for his answer. */
const askedMechanic = '+919000000026';

await buildIfStale();
const executablePath = ensureChromium();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const town = await startTown(monday);
const browser = await chromium.launch({ executablePath });
try {
	await takeEmpty(browser, town);
	for (const [turn, variant] of variants.entries()) await takePages(browser, town, variant, turn);
	await takeWithoutNetwork(browser, town);
	await takeRefused(browser, town);
	for (const variant of variants) await takeRunners(browser, town, variant);
	for (const variant of variants) await takeDemo(browser, town, variant);
	await takeFates(town, (phoneNumber) => sit(browser, town, variants[0], phoneNumber));
} finally {
	await browser.close();
	await town.stop();
}
const shown = path.join(root, 'static/screens');
mkdirSync(shown, { recursive: true });
for (const [name, picture] of Object.entries(inManifest))
	copyFileSync(path.join(folder, `${picture}.png`), path.join(shown, `${name}.png`));
const sizes = readdirSync(folder).map((file) => statSync(path.join(folder, file)).size);
const kilobytes = Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024);
console.log(`${sizes.length} pictures in docs/screens, ${kilobytes} kB`);

/** Every page as one finds it on an ordinary morning. Each turn has a customer of its own. */
async function takePages(from: Browser, at: Town, variant: Variant, turn: number): Promise<void> {
	const visitor = await sit(from, at, variant, null);
	await visitor.page.goto('/signin');
	await visitor.page.getByRole('button', { name: visitor.says('signin.asOwner') }).waitFor();
	await visitor.take('signin');
	await visitor.leave();

	const she = await sit(from, at, variant, asha);
	await she.page.goto('/');
	await she.settled();
	await she.take('home');
	await she.leave();

	await takeBooking(await sit(from, at, variant, customer(121 + turn)));

	const asked = await sit(from, at, variant, askedMechanic);
	await asked.page.goto('/worker/dashboard');
	await asked.page.getByRole('timer').waitFor();
	await asked.settled();
	await asked.take('worker-dashboard');
	await asked.leave();
}

/** From the choice of the services to the booking, and what the phone remembers of it. */
async function takeBooking({ page, says, settled, take, leave }: Seat): Promise<void> {
	await page.goto('/booking/create');
	await settled();
	await page.getByRole('checkbox').first().check();
	await page.locator('input[name=slot]').first().waitFor();
	await take('booking-create');
	await page.locator('input[name=slot]').first().check();
	await page.getByRole('button', { name: says('book.book') }).click();
	await page.getByRole('timer').waitFor();
	await settled();
	await take('booking-confirm');
	await page.getByRole('button', { name: says('confirm.confirm') }).click();
	await page.waitForURL('**/booking/track?**');
	await page.getByText(says('track.workerNone')).waitFor({ state: 'hidden' });
	await settled();
	await take('booking-track');
	await page.goto('/activity');
	await page.getByRole('region', { name: says('activity.past') }).waitFor();
	await settled();
	await take('activity');
	await leave();
}

async function takeEmpty(from: Browser, at: Town): Promise<void> {
	const idle = await sit(from, at, variants[0], idleMechanic);
	await idle.page.goto('/worker/dashboard');
	await idle.page.getByText(idle.says('jobs.none')).waitFor();
	await idle.settled();
	await idle.take('worker-dashboard-empty');
	await idle.page.goto('/activity');
	await idle.page.getByText(idle.says('activity.none')).waitFor();
	await idle.settled();
	await idle.take('activity-empty');
	await idle.leave();
}

/** Whoever runs the shop, or all shops. */
async function takeRunners(from: Browser, at: Town, variant: Variant): Promise<void> {
	for (const [picture, phoneNumber] of [
		['owner', owner],
		['admin', admin],
	] as const) {
		const seat = await sit(from, at, variant, phoneNumber);
		await seat.page.goto('/');
		await seat.settled();
		await seat.take(picture);
		await seat.leave();
	}
}

/** Two phones side by side, one of them without network. */
async function takeDemo(from: Browser, at: Town, variant: Variant): Promise<void> {
	const { page, says, take, leave } = await sit(from, at, variant, null);
	await page.goto('/demo');
	await page.getByRole('button', { name: says('demo.begin') }).click();
	const [first, second] = [0, 1].map((n) => page.locator('iframe').nth(n).contentFrame());
	await first
		?.getByRole('button', { name: says('jobs.receive') })
		.first()
		.waitFor();
	await second?.getByText(says('pill.allSent')).waitFor();
	await page
		.getByRole('button', { name: says('demo.networkOn') })
		.first()
		.click();
	await first
		?.getByRole('button', { name: says('jobs.receive') })
		.first()
		.click();
	await first?.getByText(says('pill.offlineWaiting')).waitFor();
	await take('demo', { whole: true });
	await leave();
}

async function takeWithoutNetwork(from: Browser, at: Town): Promise<void> {
	const { mechanic } = await aVisit(at, customer(130));
	const he = await sit(from, at, variants[0], mechanic);
	await he.page.goto('/worker/dashboard');
	await he.settled();
	await he.page.context().setOffline(true);
	for (const step of ['jobs.receive', 'jobs.start'] as const)
		await he.page
			.getByRole('button', { name: he.says(step) })
			.first()
			.click();
	await he.page.getByText(he.says('pill.offlineWaiting')).waitFor();
	await he.take('worker-dashboard-offline');
	await he.leave();

	const she = await sit(from, at, variants[0], customer(131));
	await she.page.goto('/booking/create');
	await she.settled();
	await she.page.context().setOffline(true);
	await she.page.getByRole('checkbox').first().check();
	await she.page.getByText(she.says('book.slotsOffline')).waitFor();
	await she.page.mouse.wheel(0, 10_000);
	await she.page.waitForFunction(() => scrollY > 0);
	await she.take('booking-create-offline');
	await she.leave();
}

async function takeRefused(from: Browser, at: Town): Promise<void> {
	await takeTimeGone(from, at);
	const { job, mechanic } = await aVisit(at, customer(132));
	const [slow = '', quick = ''] = colleaguesOf(mechanic);
	const declining = await signIn(at, mechanic);
	await declining.post(`/api/worker/jobs/${job.id}/decline`, { reason: 'busy' });
	const he = await sit(from, at, variants[0], slow);
	await he.page.goto('/worker/dashboard');
	const free = he.page.getByRole('region', { name: he.says('jobs.queue') });
	await free.getByRole('button', { name: he.says('jobs.accept') }).waitFor();
	await he.page.context().setOffline(true);
	await free.getByRole('button', { name: he.says('jobs.accept') }).click();
	await he.page.getByText(he.says('pill.offlineWaiting')).waitFor();
	await (await signIn(at, quick)).post(`/api/worker/jobs/${job.id}/accept`);
	await he.page.context().setOffline(false);
	await he.page.getByText(he.says('why.already_taken')).waitFor();
	await he.page.mouse.wheel(0, -10_000);
	await he.page.waitForFunction(() => scrollY === 0);
	await he.take('worker-dashboard-refused');
	await he.leave();
}

/** Somebody asked without network, and three others were quicker. */
async function takeTimeGone(from: Browser, at: Town): Promise<void> {
	const { starts } = await freeToday(await signIn(at, customer(133)));
	const wanted = starts.at(-1) ?? '';
	const she = await sit(from, at, variants[0], customer(133));
	await she.page.goto('/booking/create');
	await she.settled();
	await she.page.getByRole('checkbox', { name: 'Oil change' }).check();
	await she.page.locator(`input[value="${wanted}"]`).check();
	await she.page.context().setOffline(true);
	await she.page.getByRole('button', { name: she.says('book.book') }).click();
	await she.page.getByText(she.says('confirm.requested')).waitFor();
	await she.take('booking-confirm-offline');
	for (const other of [134, 135, 136]) await book(await signIn(at, customer(other)), wanted);
	await she.page.context().setOffline(false);
	await she.page.getByText(she.says('why.slot_taken')).waitFor();
	await she.take('booking-confirm-refused');
	await she.leave();
}
