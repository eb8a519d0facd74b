import { expect, type Page, type Route } from '@playwright/test';

import type { SyncAnswer } from '#sync/protocol/sync.ts';
import {
	aVisit,
	colleaguesOf,
	customer,
	phoneOfMechanic,
	ticketOf,
	visitOf,
} from '#tests/support/e2e/garage.ts';
import { enterAs } from '#tests/support/e2e/phone.ts';
import { signIn } from '#tests/support/e2e/rest.ts';
import type { Town } from '#tests/support/e2e/town.ts';
import { saying } from '#tests/support/e2e/words.ts';
import { hindi, variants, type Seat } from './seat.ts';

type Sit = (phoneNumber: string) => Promise<Seat>;
type Status = SyncAnswer['acks'][number];
/** The next answers to these, where the town itself would take days to give them. */
type Judged = Record<string, Pick<Status, 'status' | 'refusal'>>;

/** A phone in the yard: its network goes and comes, and the shop judges as it is told. */
type Yard = { network: boolean; judged: Judged; names: Map<string, string> };

/** What becomes of work, with every end it may take, and the ways to leave a phone. */
export async function takeFates(town: Town, sit: Sit): Promise<void> {
	const mine = await aVisit(town, customer(137));
	const { mechanic } = mine;
	const taken = await freeVisit(town, customer(138));
	const waiting = await freeVisit(town, customer(139));
	const he = await sit(mechanic);
	const { page, says } = he;
	const yard: Yard = { network: true, judged: {}, names: new Map() };
	await page.route('**/api/**', (route) => answer(route, yard));
	await page.goto('/worker/dashboard');
	const press = (code: string, key: Parameters<Seat['says']>[0]) =>
		ticketOf(page, code)
			.getByRole('button', { name: says(key) })
			.click();

	await press(mine.booking.code, 'jobs.accept');
	await ticketOf(page, mine.booking.code).getByText(says('mark.accepted')).waitFor();
	const she = await sit(customer(137));
	await she.page.goto(`/booking/track?id=${mine.booking.id}`);
	await ticketOf(page, mine.booking.code).getByText(says('mark.seenByCustomer')).waitFor();

	yard.network = false;
	await press(mine.booking.code, 'jobs.receive');
	await press(mine.booking.code, 'jobs.start');
	await press(taken.booking.code, 'jobs.accept');
	await page.getByText(says('pill.offlineWaiting')).waitFor();
	const [, other = ''] = colleaguesOf(mechanic);
	await (await signIn(town, other)).post(`/api/worker/jobs/${taken.job.id}/accept`);
	yard.judged = { 'job.start': { status: 'recorded', refusal: 'not_assigned' } };
	yard.network = true;
	await page.getByText(says('pill.needsYou')).waitFor();
	await she.page.getByText(says('news.several')).waitFor();
	await she.take('news-arrives');
	await she.page.goto('/');
	await she.page.getByRole('heading', { name: says('news.title') }).scrollIntoViewIfNeeded();
	await she.take('news');
	await wear(she.page, hindi);
	await she.page.goto('/');
	const news = she.page.getByRole('heading', { name: saying('news.title', {}, 'hi') });
	await news.scrollIntoViewIfNeeded();
	await she.take('news', { name: 'hindi' });
	await she.leave();

	yard.judged = { 'job.complete': { status: 'parked' } };
	await press(mine.booking.code, 'jobs.complete');
	await ticketOf(page, mine.booking.code).getByText(says('mark.review')).waitFor();
	yard.network = false;
	await press(waiting.booking.code, 'jobs.accept');
	await ticketOf(page, waiting.booking.code).getByText(says('mark.queued')).waitFor();
	await page.waitForTimeout(1_500); // The word of the sending phone gives way to "on this phone".
	await takeActivity(he, yard);
	await takeAges(he);
	await takeLeaving(he, yard, town, mechanic);
	await he.leave();
	await takeCleared(
		await sit(
			phoneOfMechanic((await visitOf(await signIn(town, other), taken.booking.id)).worker.name),
		),
	);
}

/** A visit that its mechanic has given back. */
async function freeVisit(town: Town, phone: string) {
	const visit = await aVisit(town, phone);
	const decline = `/api/worker/jobs/${visit.job.id}/decline`;
	await (await signIn(town, visit.mechanic)).post(decline, { reason: 'busy' });
	return visit;
}

async function answer(route: Route, yard: Yard): Promise<void> {
	if (!yard.network) return route.abort('internetdisconnected');
	const request = route.request();
	if (!/\/api\/sync(\?|$)/.test(request.url())) return route.continue();
	const { mutations } = request.postDataJSON() as { mutations: { text: string }[] };
	for (const { text } of mutations) {
		const { id, name } = JSON.parse(text) as { id: string; name: string };
		yard.names.set(id, name);
	}
	const response = await route.fetch();
	const body = (await response.json()) as SyncAnswer;
	const acks = body.acks.map((ack) => ({ ...ack, ...yard.judged[yard.names.get(ack.id) ?? ''] }));
	// What is parked is asked for again with every answer, and the town knows how it ended.
	return route.fulfill({ response, json: { ...body, acks, verdicts: [] } });
}

async function takeActivity({ page, says, take }: Seat, yard: Yard): Promise<void> {
	for (const variant of variants) {
		await wear(page, variant);
		await page.goto('/activity');
		await page
			.getByText(says('mark.seenByCustomer'))
			.or(page.getByText('ग्राहक ने देख लिया'))
			.waitFor();
		await take('activity-fates', { name: variant.name, whole: true });
	}
	await wear(page, variants[0]);
	yard.network = false;
	await page.goto('/worker/dashboard');
	await page.getByText(says('mark.review')).waitFor();
	await take('worker-dashboard-fates', { whole: true });
	await wear(page, variants[0]);
}

/** The same phone in another light, language and size. */
async function wear(page: Page, { language, scheme, width }: (typeof variants)[number]) {
	await page.setViewportSize({ width, height: 780 });
	await page.emulateMedia({ colorScheme: scheme });
	await page.addInitScript(`localStorage.setItem('moto-language', '${language}')`);
	await page.evaluate(`localStorage.setItem('moto-language', '${language}')`);
}

/** The pill after a morning and after a day without network. */
async function takeAges({ page, says, take }: Seat): Promise<void> {
	await page.goto('/activity');
	const read = page.getByRole('button', { name: says('dismiss') });
	await read.first().waitFor();
	for (let left = await read.count(); left > 0; left -= 1) {
		await read.first().click();
		await expect(read).toHaveCount(left - 1);
	}
	await page.goto('/worker/dashboard');
	await page.getByText(says('pill.offlineWaiting')).waitFor();
	for (const [hours, name, note] of [
		[2, 'pill-two-hours', 'pill.since'],
		[5, 'pill-five-hours', 'pill.since'],
		[30, 'pill-a-day', 'pill.findNetwork'],
	] as const) {
		await page.clock.setFixedTime(Date.now() + hours * 3_600_000);
		await page.getByText(says(note)).waitFor();
		await page.waitForTimeout(1_500); // The colour follows with the next second.
		await take(name);
	}
}

async function takeLeaving(he: Seat, yard: Yard, town: Town, mechanic: string): Promise<void> {
	const { page, says, take } = he;
	await page.clock.setFixedTime(Date.now());
	await page.goto('/activity');
	await page.getByRole('button', { name: says('signOut') }).click();
	await page.getByRole('dialog').waitFor();
	await take('sign-out-unsent');
	await wear(page, hindi);
	await page.goto('/activity');
	await page.getByRole('button', { name: saying('signOut', {}, 'hi') }).click();
	await page.getByRole('dialog').waitFor();
	await take('sign-out-unsent', { name: 'hindi' });
	await wear(page, variants[0]);
	await page.goto('/activity');
	await page.getByRole('button', { name: says('signOut') }).click();
	await page.getByRole('button', { name: says('leave.send') }).click();
	await page.getByText(says('leave.notAll')).waitFor();
	await take('sign-out-not-all');
	await page.getByRole('button', { name: says('leave.discard') }).click();
	await page.getByRole('dialog').getByRole('textbox').fill('DELETE');
	await take('sign-out-discard');
	await page
		.getByRole('button', { name: says('close') })
		.first()
		.click();

	yard.network = true;
	yard.judged = {};
	const second = await page.context().browser()?.newContext();
	if (second) await enterAs(second, town, mechanic);
	const phone = await second?.newPage();
	await phone?.goto(`${town.url}/worker/dashboard`);
	await phone?.getByText(says('pill.allSent')).waitFor();
	await page.getByText(says('phones.title')).click();
	await page.getByText(says('phones.other')).first().waitFor();
	await page
		.getByRole('button', { name: says('phones.signOff') })
		.first()
		.scrollIntoViewIfNeeded();
	await take('phones');
	await wear(page, hindi);
	await page.goto('/activity');
	await page.getByText(saying('phones.title', {}, 'hi')).click();
	const signOff = page.getByRole('button', { name: saying('phones.signOff', {}, 'hi') });
	await signOff.first().scrollIntoViewIfNeeded();
	await take('phones', { name: 'hindi' });
	await second?.close();
}

/** The browser has thrown away what was on the phone, with work in it that was never sent. */
async function takeCleared({ page, says, take, leave }: Seat): Promise<void> {
	await page.goto('/worker/dashboard');
	await page.getByText(says('pill.allSent')).waitFor();
	await page.context().setOffline(true);
	await page.getByRole('article').getByRole('button').first().click();
	await page.getByText(says('pill.offlineWaiting')).waitFor();
	await page.waitForTimeout(1_000); // The count beside the storage is written a moment later.
	await page.context().setOffline(false);
	await page.route('**/api/**', (route) => route.abort());
	await page.goto('/icons/icon.svg');
	const cdp = await page.context().newCDPSession(page);
	const origin = new URL(page.url()).origin;
	await cdp.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
	await page.unrouteAll();
	await page.goto('/worker/dashboard');
	await page.getByText(says('storage.lostTitle')).waitFor();
	await take('storage-cleared');
	await leave();
}
