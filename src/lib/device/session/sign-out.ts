import { forgetSnapshots } from '#lib/snapshot/snapshot.ts';
import type { BrowserDevice } from '#lib/device/running/browser-device.ts';
import { endNow } from '#lib/device/browser/browser-http.ts';
import { report } from '#lib/device/browser/report.ts';
import { endSession } from '#lib/device/browser/ending.ts';
import { erasePerson } from './erase.ts';
import { onThisPhone, outboxName } from '#lib/device/browser/names.ts';
import { writePhone, type Erase } from '#lib/device/browser/phone-database.ts';
import { forgetSession, session } from './session.svelte.ts';

/**
 * What happens to unsent work, photos among it: it must be sent before, is left in the sealed box, or
 * is given up.
 */
export type SignOutWay = 'sent' | 'sealed' | 'discarded';

/** `unsent`: so many actions and photos are in the way, and everything is as it was. */
export type SignOutResult =
	{ readonly done: true } | { readonly done: false; readonly unsent: number };

type Leaving = {
	readonly how: SignOutWay;
	readonly why: 'left' | 'revoked';
	readonly open: BrowserDevice | null;
	/** Takes the device away from pages; what it holds can still be read. */
	readonly letGo: () => unknown;
	/** Opens it again: he stays. */
	readonly reopen: () => Promise<void>;
	readonly tellTabs: (message: { left?: string; stayed?: true }) => void;
};

/**
 * In this order, so that a browser killed at any point loses nothing and keeps nothing: what is
 * unsent is safe before anything is erased; that he leaves is on the disk before that, too, and a
 * start in the middle goes on from there.
 */
export async function signOutOf(leaving: Leaving): Promise<SignOutResult> {
	const { open, why, letGo, reopen, tellTabs } = leaving;
	if (open === null) return leaveLocked(leaving);
	if (why === 'left') {
		const inTheWay = await beforehand(leaving.how, open);
		if (inTheWay !== null) return { done: false, unsent: inTheWay };
	}
	letGo();
	tellTabs({ left: open.owner });
	try {
		await open.rest();
		const unsent = await open.unsent();
		const isSafe = await makeSafe(leaving, open, unsent);
		if (isSafe || why === 'revoked') {
			await leaveBooks(open, why, isSafe);
			return { done: true };
		}
		await stay();
		return { done: false, unsent };
	} catch (error) {
		await (session.me === null ? open.close() : stay());
		throw error;
	}

	async function stay(): Promise<void> {
		await open?.close();
		await reopen();
		tellTabs({ stayed: true });
	}
}

/** Signed off without a key: the work stays readable here rather than getting lost. */
async function leaveBooks(open: BrowserDevice, why: Leaving['why'], isSafe: boolean) {
	if (!isSafe) await open.becomeAnother();
	await go(open.owner, why, isSafe ? 'erased' : 'kept', open.close);
}

/** How many actions and photos are in the way of leaving like this; null: none. */
async function beforehand(how: SignOutWay, open: BrowserDevice): Promise<number | null> {
	if (how === 'sent') await open.sendAll();
	const unsent = await open.unsent();
	if (unsent === 0 || how === 'discarded') return null;
	if (how === 'sealed' && (await open.canSeal())) return null;
	return unsent;
}

/** Whether nothing is lost when the books are deleted now, after the last tap. */
async function makeSafe({ how }: Leaving, open: BrowserDevice, unsent: number): Promise<boolean> {
	if (how === 'discarded' || unsent === 0) return true;
	return how === 'sealed' && open.seal();
}

/** Nobody's device is open. Who is locked out here can only be forgotten as a whole. */
async function leaveLocked({ how, why }: Leaving): Promise<SignOutResult> {
	const { locked } = session;
	if (locked === null) return { done: true };
	if (how !== 'discarded') return { done: false, unsent: 0 };
	await go(locked.user.id, why, 'erased');
	return { done: true };
}

async function go(
	userId: string,
	why: Leaving['why'],
	books: Erase['books'],
	close: () => Promise<void> = async () => undefined,
): Promise<void> {
	const erase: Erase = { owner: onThisPhone(userId), books };
	await endSession();
	await forgetSession(erase, why);
	await close();
	forgetSnapshots(userId);
	await finishErasing(erase).catch(report); // The next start tries again.
	await endNow().catch(() => undefined); // Without network: the next request does it.
}

export async function finishErasing(erase: Erase): Promise<void> {
	await erasePerson(erase.owner, erase.books === 'kept' ? [outboxName(erase.owner)] : []);
	await writePhone(({ erase: due }) => (due?.owner === erase.owner ? { erase: null } : {}));
}
