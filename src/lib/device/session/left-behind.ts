import { forgetSnapshots } from '#lib/snapshot/snapshot.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { http } from '#lib/device/browser/browser-http.ts';
import { newId } from '#lib/device/browser/browser-ports.ts';
import { onThisPhone, outboxName } from '#lib/device/browser/names.ts';
import { openBooks, type BooksStore } from '#lib/device/browser/outbox-database.ts';
import { readPhone, writePhone, type Erase } from '#lib/device/browser/phone-database.ts';
import { safeKeepingOf } from '#lib/device/sealing/safe-keeping.ts';
import { isSignedOff } from '#lib/device/sealing/seal-key.ts';
import { forgetSession, session } from './session.svelte.ts';
import { finishErasing } from './sign-out.ts';

/**
 * Whether the phone of somebody who is not signed in here any more was signed off elsewhere: his books
 * know which device it was. Null: the server was not reached.
 */
export const isLeftSignedOff = (userId: string): Promise<boolean | null> =>
	withBooks(userId, async (books) => isSignedOff(http, (await books.books()).device.id));

/**
 * Erases what he left here. What is unsent goes into the sealed box before that; without a key it
 * stays as it is, under another device's numbers, rather than getting lost.
 */
export async function clearLeft(userId: string): Promise<void> {
	if (session.me?.user.id === userId) return; // He is back: his device hears it itself.
	const owner = onThisPhone(userId);
	const due = (await readPhone())?.erase;
	if (due) await finishErasing(due); // One at a time is remembered.
	const isSafe = await withBooks(userId, async (books) => {
		const keeping = safeKeepingOf(owner, books);
		if ((await keeping.unsent()) === 0 || (await keeping.seal())) return true;
		await keeping.becomeAnother();
		return false;
	});
	const erase: Erase = { owner, books: isSafe ? 'erased' : 'kept' };
	const known = session.me ?? session.locked;
	if (known === null || known.user.id === userId) await forgetSession(erase, 'revoked');
	else await writePhone({ erase });
	forgetSnapshots(userId);
	await finishErasing(erase);
}

async function withBooks<T>(userId: string, work: (books: BooksStore) => Promise<T>): Promise<T> {
	const books = await openBooks(outboxName(onThisPhone(userId)), newId(), schemaVersion);
	try {
		return await work(books);
	} finally {
		await books.close();
	}
}
