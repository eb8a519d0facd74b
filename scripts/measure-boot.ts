import { aVisit, customer } from '#tests/support/e2e/garage.ts';
import { aPhone, enterByCode, kept, type Phone } from '#tests/support/e2e/phone.ts';
import { startTown } from '#tests/support/e2e/town.ts';
import { buildIfStale } from './build.ts';
import { ensureChromium } from './chromium.ts';

/**
 * How soon a mechanic with 500 jobs on his phone sees them when there is no server and his browser
 * was just started: five cold starts, printed and never judged, for machines differ.
 */
const jobsOnPhone = 500;
/** Of those, as many are his to do today; the rest lies behind him. */
const jobsToDo = 30;
const slowdown = 4;
const starts = 5;
const settleMs = 8_000;

const dayMs = 86_400_000;

type Doc = { readonly id: string } & Readonly<Record<string, unknown>>;
type Answer = { readonly docs: Readonly<Record<string, readonly Doc[] | undefined>> };
type Boot = {
	readonly job: number;
	readonly live: number;
	readonly shift: number;
	readonly bytes: number;
};

await buildIfStale();
const executablePath = ensureChromium();
const town = await startTown();
const { mechanic, job: his } = await aVisit(town, customer(121));
const phone = aPhone(town, { executablePath });
try {
	await enterWithManyJobs(phone);
	await town.kill();
	const boots: Boot[] = [];
	for (let turn = 0; turn < starts; turn += 1) boots.push(await coldStart(phone));
	const line = (name: string, of: (boot: Boot) => number) => {
		const sorted = boots.map(of).sort((a, b) => a - b);
		console.log(`${name.padEnd(34)} ${sorted[starts >> 1]}  (${sorted.join(', ')})`);
	};
	console.log(
		`${jobsOnPhone} jobs, server killed, cold browser, CPU ${slowdown}x slower, median of ${starts}:`,
	);
	line('first job painted, ms', ({ job }) => job);
	line('rows from the database, ms', ({ live }) => live);
	line('layout shift', ({ shift }) => shift);
	line('bytes from the network', ({ bytes }) => bytes);
} finally {
	await phone.discard();
	await town.stop();
}

/** Signs him in, and gives his phone many more jobs than the demo has: copies of the one he has. */
async function enterWithManyJobs(phone: Phone): Promise<void> {
	const page = await phone.open('/signin');
	let filled = false;
	await page.route('**/api/sync', async (route) => {
		const response = await route.fetch();
		const answer = (await response.json()) as Answer;
		const isFirst = !filled && (answer.docs.jobs ?? []).length > 0;
		filled ||= isFirst;
		await route.fulfill({ response, json: isFirst ? multiplied(answer) : answer });
	});
	await enterByCode(page, mechanic);
	await page
		.getByRole('article')
		.nth(jobsToDo - 1)
		.waitFor();
	await kept(page);
	await page.waitForFunction(() => {
		const key = Object.keys(localStorage).find((each) => each.endsWith('-work-jobs')) ?? '';
		return (JSON.parse(localStorage.getItem(key) ?? '{}') as { at?: unknown }).at != null;
	});
	// Chromium writes that to the disk some seconds later, also when it is closed before.
	await page.waitForTimeout(settleMs);
	await phone.close();
}

function multiplied(answer: Answer): Answer {
	const job = answer.docs.jobs?.find(({ id }) => id === his.id);
	const booking = answer.docs.bookings?.find(({ id }) => id === job?.bookingId);
	if (!job || !booking) throw new Error('The mechanic has no job to copy.');
	const copies = Array.from({ length: jobsOnPhone - 1 }, (_, index) => {
		const open = index < jobsToDo - 1;
		const ids = { job: numbered(job.id, index), booking: numbered(booking.id, index) };
		const past = new Date(Date.parse(String(booking.startAt)) - (index + 1) * dayMs).toISOString();
		const ended = open ? {} : { status: 'completed', startedAt: past, completedAt: past };
		return {
			job: { ...job, ...ended, id: ids.job, bookingId: ids.booking },
			booking: {
				...booking,
				...(open ? {} : { status: 'closed', startAt: past, endAt: past, closedAt: past }),
				id: ids.booking,
			},
		};
	});
	return {
		...answer,
		docs: {
			...answer.docs,
			jobs: [...(answer.docs.jobs ?? []), ...copies.map((copy) => copy.job)],
			bookings: [...(answer.docs.bookings ?? []), ...copies.map((copy) => copy.booking)],
		},
	};
}

function numbered(id: string, index: number): string {
	return id.slice(0, 24) + (index + 1).toString(16).padStart(12, '0');
}

/** One start of the whole browser on the profile as it was left. */
async function coldStart(phone: Phone): Promise<Boot> {
	const blank = await phone.open('about:blank');
	await blank.addInitScript(watchBoot);
	const tools = await blank.context().newCDPSession(blank);
	let bytes = 0;
	tools.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
	await tools.send('Network.enable');
	await tools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
	const page = await phone.open('/worker/dashboard');
	await page.waitForFunction(() => 'bootLive' in window, null, { timeout: 60_000 });
	const { job, live, shift } = await page.evaluate(() => {
		const { bootJob = -1, bootLive = -1, bootShift = 0 } = window as Watched;
		return { job: bootJob, live: bootLive, shift: bootShift };
	});
	await phone.close();
	return { job: Math.round(job), live: Math.round(live), shift, bytes };
}

type Watched = { bootJob?: number; bootLive?: number; bootShift?: number };

/** Runs in the page: when the first job was painted, and when "as of" went away. */
function watchBoot(): void {
	const marks = window as Watched;
	const painted = (mark: 'bootJob' | 'bootLive') =>
		requestAnimationFrame(() => setTimeout(() => (marks[mark] ??= performance.now())));
	new MutationObserver(() => {
		if (document.querySelector('article') === null) return;
		painted('bootJob');
		if (document.querySelector('.age') === null) painted('bootLive');
	}).observe(document, { childList: true, subtree: true });
	new PerformanceObserver((list) => {
		for (const entry of list.getEntries())
			marks.bootShift = (marks.bootShift ?? 0) + (entry as unknown as { value: number }).value;
	}).observe({ type: 'layout-shift', buffered: true });
}
