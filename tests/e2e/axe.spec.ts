import process from 'node:process';

import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';

import { enterAs } from '#tests/support/e2e/phone.ts';
import { startTown, type Town } from '#tests/support/e2e/town.ts';

const languages = ['en', 'hi'] as const;
const schemes = ['light', 'dark'] as const;
const widths = [360, 1280] as const;
const variants = languages.flatMap((language) =>
	schemes.flatMap((scheme) => widths.map((width) => ({ language, scheme, width }))),
);
type Variant = (typeof variants)[number];

const admin = '+919000000001';
const owner = '+919000000011';
const worker = '+919000000021';
/** Has an offer that waits for his answer. */
const askedWorker = '+919000000026';
const asha = '+919000000101';
/** Customers without a booking, one for each turn: what one turn books does not meet the next. */
const newcomer = (turn: number) => `+9190000001${21 + turn}`;

type Screen = {
	readonly name: string;
	readonly as: string | null | typeof newcomer;
	readonly open: (page: Page) => Promise<void>;
};

const at = (path: string) => async (page: Page) => {
	await page.goto(path);
};

const screens: readonly Screen[] = [
	{ name: 'signing in', as: null, open: at('/signin') },
	{ name: 'an address that leads nowhere', as: asha, open: at('/nothing/here') },
	{ name: 'the bookings of a customer', as: asha, open: at('/') },
	{ name: 'booking, before anything is chosen', as: newcomer, open: at('/booking/create') },
	{ name: 'booking, with everything chosen', as: newcomer, open: chooseAll },
	{ name: 'confirming', as: newcomer, open: hold },
	{ name: 'a booking that is not here', as: newcomer, open: at('/booking/confirm?id=none') },
	{ name: 'following a booking', as: asha, open: openFirstBooking },
	{ name: 'a new bike', as: newcomer, open: describeBike },
	{ name: 'the jobs of a worker', as: worker, open: at('/worker/dashboard') },
	{ name: 'a job that waits for an answer', as: askedWorker, open: at('/worker/dashboard') },
	{ name: 'declining a job', as: askedWorker, open: decline },
	{ name: 'what happened to my taps', as: asha, open: at('/activity') },
	{ name: 'the phones signed in as me', as: asha, open: showPhones },
	{ name: 'leaving with work that is not sent', as: askedWorker, open: leaveUnsent },
	{ name: 'the shop of an owner', as: owner, open: at('/') },
	{ name: 'administration', as: admin, open: at('/') },
	{ name: 'the demo with its two phones', as: null, open: beginDemo },
	{ name: 'the offer to install', as: asha, open: offerInstall },
	{ name: 'how an iPhone installs', as: asha, open: showInstallSteps },
];

let town: Town;
test.beforeAll(async () => {
	town = await startTown();
});
test.afterAll(async () => {
	await town.stop();
});

for (const [index, screen] of screens.entries()) {
	for (const [turn, { language, scheme, width }] of variantsFor(index).entries()) {
		const phone = typeof screen.as === 'function' ? screen.as(turn) : screen.as;
		test(`${screen.name} is accessible in ${language}, ${scheme}, ${width} px`, async ({
			browser,
		}) => {
			const context = await browser.newContext({
				baseURL: town.url,
				viewport: { width, height: 780 },
				colorScheme: scheme,
				reducedMotion: 'reduce',
				serviceWorkers: 'block',
			});
			await context.addInitScript(`localStorage.setItem('moto-language', '${language}')`);
			if (phone !== null) await enterAs(context, town, phone);
			const page = await context.newPage();
			await screen.open(page);
			await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
			if (phone !== null && screen.open !== leaveUnsent) await settled(page);

			await expectAccessible(page);
			await expectLargeTargets(page);
			await expectNoSidewaysScrolling(page);
			await context.close();
		});
	}
}

/** Each screen in one variant, another one for the next screen; `npm run test:axe` takes them all. */
function variantsFor(index: number): readonly Variant[] {
	if (process.env.TEST_VARIANTS === 'all') return variants;
	return variants.filter((_, place) => place === index % variants.length);
}

/** The first synchronisation is through: what is on the screen is what stays there. */
async function settled(page: Page): Promise<void> {
	await expect(page.getByText(/^(All sent|सब भेज दिया)$/)).toBeVisible();
}

async function expectAccessible(page: Page): Promise<void> {
	const { violations } = await new AxeBuilder({ page })
		.options({
			rules: {
				// Text at 7:1 everywhere: a phone in the yard is read in the sun.
				'color-contrast-enhanced': { enabled: true },
				// Pages in frames are counted as one with the page around them, but each has landmarks.
				'landmark-unique': { enabled: page.frames().length === 1 },
			},
		})
		.analyze();
	const told = violations.flatMap(({ id, nodes }) =>
		nodes.map((node) => `${id}: ${node.html} (${node.failureSummary})`),
	);
	expect(told).toEqual([]);
}

/** Gloves and cracked glass: everything that is pressed has 48 px each way. */
async function expectLargeTargets(page: Page): Promise<void> {
	const targetPx = 48;
	const targets = await page.locator('button, .button, input, select, nav a').all();
	expect(targets.length).toBeGreaterThan(0);
	for (const target of targets) {
		const box = await target.boundingBox();
		if (box === null) continue; // Not on the screen now.
		const told = await target.evaluate((element) => element.outerHTML.slice(0, 120));
		expect(Math.min(box.width, box.height), told).toBeGreaterThanOrEqual(targetPx);
	}
}

async function expectNoSidewaysScrolling(page: Page): Promise<void> {
	const tooWide = await page.evaluate(() => {
		const { scrollWidth, clientWidth } = document.documentElement;
		return scrollWidth - clientWidth;
	});
	expect(tooWide).toBeLessThanOrEqual(0);
}

async function openFirstBooking(page: Page): Promise<void> {
	await page.goto('/');
	await page.locator('main article a').first().click();
	await page.waitForURL(/booking\/(track|confirm)/);
}

async function chooseAll(page: Page): Promise<void> {
	await page.goto('/booking/create');
	await page.getByRole('checkbox').first().check();
	await page.locator('input[name=day]').nth(2).check();
	await page.locator('input[name=slot]').last().check();
}

async function hold(page: Page): Promise<void> {
	await chooseAll(page);
	await page.locator('.dock button').click();
	await page.waitForURL(/booking\/confirm/);
	await expect(page.getByRole('timer')).toBeVisible();
}

async function describeBike(page: Page): Promise<void> {
	await page.goto('/booking/create');
	await page
		.getByRole('button', { name: /^(Change|बदलें)$/ })
		.last()
		.click();
	await page.getByRole('button', { name: /^(Add a bike|गाड़ी जोड़ें)$/ }).click();
}

async function decline(page: Page): Promise<void> {
	await page.goto('/worker/dashboard');
	await page.getByRole('button', { name: /^(Decline|नहीं कर पाऊँगा)$/ }).click();
	await expect(page.getByRole('dialog')).toBeVisible();
}

async function showPhones(page: Page): Promise<void> {
	await page.goto('/activity');
	await page.getByText(/^(Phones signed in as you|आपके नाम से खुले फ़ोन)$/).click();
	await expect(page.getByText(/^(This phone|यह फ़ोन)$/)).toBeVisible();
}

/** A mechanic and a customer side by side, each with what there is for them. */
async function beginDemo(page: Page): Promise<void> {
	await page.goto('/demo');
	await page.locator('main button.primary').click();
	for (const phone of await page.locator('iframe').all())
		await expect(phone.contentFrame().getByText(/^(All sent|सब भेज दिया)$/)).toBeVisible();
}

/** Chromium says that it can be installed; without a screen it never does. */
async function offerInstall(page: Page): Promise<void> {
	await comeBack(page);
	await page.evaluate(() => dispatchEvent(new Event('beforeinstallprompt', { cancelable: true })));
	await expect(page.getByRole('complementary').getByRole('heading', { level: 2 })).toBeVisible();
}

async function showInstallSteps(page: Page): Promise<void> {
	await page.addInitScript(() =>
		Object.defineProperty(navigator, 'userAgent', { value: 'iPhone' }),
	);
	await comeBack(page);
	await expect(page.getByRole('complementary').getByRole('listitem')).toHaveCount(2);
}

/** Installing is offered to who comes a second time. */
async function comeBack(page: Page): Promise<void> {
	await page.addInitScript(() => localStorage.setItem('moto-visit', '{"count":1,"lastMs":0}'));
	await page.goto('/');
	await settled(page);
}

/** What is done is kept from the server, and then he wants to sign out. */
async function leaveUnsent(page: Page): Promise<void> {
	await page.goto('/worker/dashboard');
	await settled(page);
	await page.route('**/api/**', (route) => route.abort());
	await page.locator('article .primary').first().click();
	await page.goto('/activity');
	await page.getByRole('button', { name: /^(Sign out|साइन-आउट)$/ }).click();
	await page.getByRole('button', { name: /^(Throw it away|मिटा दें)$/ }).click();
	await expect(page.getByRole('textbox')).toBeVisible();
}
