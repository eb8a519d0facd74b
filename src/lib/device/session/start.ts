import type { BrowserDevice } from '#lib/device/running/browser-device.ts';
import { every, passedMs } from '#lib/device/browser/browser-clock.ts';
import { http } from '#lib/device/browser/browser-http.ts';
import { isEnding } from '#lib/device/browser/ending.ts';
import { inUse, turn, use, whenOpen } from '#lib/device/running/in-use.svelte.ts';
import type { Me } from '#lib/device/browser/me.ts';
import { onThisPhone } from '#lib/device/browser/names.ts';
import { peopleHere } from '#lib/device/browser/phone-database.ts';
import { codeOf } from '#lib/device/sync/problem.ts';
import { answerOf, jsonOf } from '#lib/device/sync/unanswered.ts';
import { report } from '#lib/device/browser/report.ts';
import {
	contacted,
	keepSession,
	recallPhone,
	recallSession,
	session,
	tick,
	watchSession,
} from './session.svelte.ts';
import type { SignOutResult, SignOutWay } from './sign-out.ts';
import {
	followLost,
	keepStorage,
	watchStorage,
} from '#lib/device/running/storage-health.svelte.ts';

let build = 'unknown';
let stopAttending = () => {};

const tickMs = 60_000;
const restMsMax = 3_600_000;

/**
 * Starts the app on this phone: opens the device of whoever it remembers without waiting for the
 * network, then asks the server whether that still holds. What the first screen shows does not wait
 * for any of this, and so all of this comes behind it.
 */
export async function start(appBuild: string): Promise<void> {
	build = appBuild;
	recallSession();
	watchSession(() => void follow().catch(report));
	watchPeople();
	watchStorage();
	every(tickMs, passTime);
	// What was promised or cut off before: also while there is nobody to ask for anything.
	window.addEventListener('online', () => {
		if (isEnding() || session.me === null) void refreshSession().catch(report);
	});
	// A browser that was killed may name somebody who has left: his books, and what he sealed, stay shut.
	await rememberForCertain().catch(report);
	await follow();
	await refreshSession();
}

/** After signing in, or to hear of new roles. */
export async function refreshSession(): Promise<void> {
	const who = await askWho();
	const hasLeft = who === 'nobody' && (await leaveIfSignedOff());
	if (!hasLeft && who !== 'unknown') await keepSession(who === 'nobody' ? null : who);
	await follow();
	inUse.device?.device.wake();
	if (who !== 'unknown') void clearOthers().catch(report);
}

/**
 * Asks the server who this is. Only its clear "nobody" signs out; no network, or a server that is
 * unwell, leaves the person signed in with the roles last known.
 */
async function askWho(): Promise<Me | 'nobody' | 'unknown'> {
	const response = await answerOf(http('/api/me'));
	if (response === null) return 'unknown';
	if (response.status === 401)
		return (await codeOf(response)) === 'not_signed_in' ? 'nobody' : 'unknown';
	if (!response.ok) return 'unknown';
	const { meAnswer } = await import('#lib/device/browser/me.ts');
	const parsed = meAnswer.safeParse(await jsonOf(response));
	return parsed.success ? parsed.data : 'unknown';
}

/** Actions that the server has not answered, of whoever is signed in. */
export const unsent = async (): Promise<number> => (await whenOpen())?.unsent() ?? 0;

/** Whether what is unsent could be kept sealed on this phone. */
export const canSeal = async (): Promise<boolean> => (await whenOpen())?.canSeal() ?? false;

/**
 * Signs out, also without network, and erases everything of this person from this browser. What is
 * not sent is sent first (and if that fails nothing happens), sealed, or given up.
 */
export const signOut = (how: SignOutWay = 'sent'): Promise<SignOutResult> => leave(how, 'left');

/** Opens the device of who is signed in, closes that of who is not any more; one after the other. */
function follow(): Promise<void> {
	turn.last = turn.last.then(exchange, exchange);
	return turn.last;
}

async function exchange(): Promise<void> {
	const { me } = session;
	if (inUse.device?.owner === me?.user.id) return;
	await letGo()?.close();
	if (me === null) return;
	// The database is a large part of the code: the first screen is drawn before it arrives.
	const { openBrowserDevice } = await import('#lib/device/running/browser-device.ts');
	const owner = me;
	const open = await openBrowserDevice(() => session.me ?? owner, build);
	use(open);
	stopAttending = attend(open);
	if (me.roles.some(({ role }) => role === 'worker')) void keepStorage().catch(report);
}

/** From here on no page sees it, and nothing can be tapped. */
function letGo(): BrowserDevice | null {
	const leaving = inUse.device;
	use(null);
	stopAttending();
	return leaving;
}

/** Hears what the server says to this device about itself. */
function attend(open: BrowserDevice): () => void {
	let syncedAt = open.device.status().syncedAt;
	let asked = false;
	const stopLost = followLost(open);
	const stop = open.device.watch(() => {
		const status = open.device.status();
		if (status.syncedAt !== syncedAt) {
			({ syncedAt } = status);
			void open.store
				.meta()
				.then(({ clock }) => contacted(clock?.offsetMs ?? 0))
				.catch((error: unknown) => {
					if (inUse.device === open) report(error); // Else its database was closed under it.
				});
		}
		if (status.network === 'revoked' && !asked) {
			asked = true;
			void leaveForGood(() => leave('sealed', 'revoked'));
		}
		if (status.network === 'signed_out' && !asked) {
			asked = true;
			void leaveIfSignedOff().catch(report);
		}
		if (status.network === 'online') asked = false;
	});
	return () => {
		stop();
		stopLost();
		followLost(null);
	};
}

/** Nobody is signed in here any more: because a session ran out, or because this phone is lost? */
async function leaveIfSignedOff(): Promise<boolean> {
	const open = await whenOpen();
	if (open === null) return false;
	const { device } = await open.store.meta();
	const { isSignedOff } = await import('#lib/device/sealing/seal-key.ts');
	const answer = await isSignedOff(http, device.id);
	askAgain ||= answer === null;
	return answer === true && leaveForGood(() => leave('sealed', 'revoked'));
}

/** The same of everybody else who left something here: his session ended, or the phone was locked. */
async function clearOthers(): Promise<void> {
	for (const userId of await peopleHere()) {
		if (userId === inUse.device?.owner) continue;
		const { clearLeft, isLeftSignedOff } = await import('./left-behind.ts');
		const answer = await isLeftSignedOff(userId);
		askAgain ||= answer === null;
		if (answer === true) await leaveForGood(() => inTurn(() => clearLeft(userId)));
	}
}

/** Something about being signed off is not settled; the next start asks anyway. */
let askAgain = false;
let failures = 0;
let restsUntilMs = 0;

/** Takes a signed-off phone's data away. Where that fails it is tried again, ever more seldom. */
async function leaveForGood(work: () => Promise<unknown>): Promise<boolean> {
	askAgain = true;
	if (passedMs() < restsUntilMs) return false;
	restsUntilMs = passedMs() + Math.min(restMsMax, tickMs * 2 ** failures);
	failures += 1;
	try {
		await work();
	} catch (error) {
		report(error);
		return false;
	}
	[askAgain, failures, restsUntilMs] = [false, 0, 0];
	return true;
}

async function settleSignedOff(): Promise<void> {
	askAgain = false;
	const isHeard = inUse.device?.device.status().network === 'online';
	if (isHeard || !(await leaveIfSignedOff())) await clearOthers();
}

/** After opening, closing and leaving that was begun before, and before all that comes later. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
	const result = turn.last.then(work, work);
	turn.last = result.then(
		() => undefined,
		() => undefined,
	);
	return result;
}

/** In turn with opening and closing: half a device is never signed out. */
function leave(how: SignOutWay, why: 'left' | 'revoked'): Promise<SignOutResult> {
	return inTurn(async () => {
		const { signOutOf } = await import('./sign-out.ts');
		return signOutOf({ how, why, open: inUse.device, letGo, reopen: exchange, tellTabs });
	});
}

/** A browser that was killed may remember the wrong person, or have stopped in the middle of erasing. */
async function rememberForCertain(): Promise<void> {
	const recalled = inTurn(recallPhone);
	// Queued at once: a tap in between would find nobody signed in.
	const opened = follow();
	const [erase] = await Promise.all([recalled, opened]);
	if (erase === null) return;
	const { finishErasing } = await import('./sign-out.ts');
	await finishErasing(erase);
}

/** Also locks a phone that has not heard of the server for too long. */
function passTime(): void {
	const isLate = tick();
	if (session.me === null && inUse.device !== null) void follow().catch(report);
	else if (isLate) inUse.device?.device.wake();
	if (askAgain && passedMs() >= restsUntilMs) void settleSignedOff().catch(report);
}

type People = { readonly left?: string; readonly stayed?: true };
/** One for both directions: a tab does not hear itself. */
let people: BroadcastChannel | null = null;

/** Another tab signs somebody out: this one must let go of his databases, or they cannot be deleted. */
function watchPeople(): void {
	people ??= new BroadcastChannel(onThisPhone('moto-people'));
	people.addEventListener('message', ({ data }: MessageEvent<People>) => {
		if (data.stayed) return void follow().catch(report);
		if (inUse.device?.owner !== data.left) return;
		turn.last = turn.last.then(async () => letGo()?.close()).catch(report);
	});
}

const tellTabs = (message: People): void => people?.postMessage(message);
