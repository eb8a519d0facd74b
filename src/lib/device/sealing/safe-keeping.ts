import { canEncrypt } from '#lib/device/browser/browser-crypto.ts';
import { http } from '#lib/device/browser/browser-http.ts';
import { newId } from '#lib/device/browser/browser-ports.ts';
import type { BooksStore } from '#lib/device/browser/outbox-database.ts';
import { keptSealKey, seal, sealKey } from './seal.ts';
import { asAnother } from '#lib/device/sync/settle.ts';

/** How what only this phone has is made safe before its books are deleted. */
export type SafeKeeping = {
	/** Actions that the server has not answered, and photos that it does not have. */
	readonly unsent: () => Promise<number>;
	/** There is a key for the sealed box, here or at the server. */
	readonly canSeal: () => Promise<boolean>;
	/** Puts all of it into the sealed box. False: there is no key, so nothing was done. */
	readonly seal: () => Promise<boolean>;
	/** The server will not hear of this device again: its work goes on under another one's numbers. */
	readonly becomeAnother: () => Promise<void>;
};

type Kept = Pick<BooksStore, 'tables' | 'books' | 'change'>;

/** `kept`: `onThisPhone` of the user id. */
export function safeKeepingOf(kept: string, { tables, books, change }: Kept): SafeKeeping {
	const waitingPhotos = () => tables.photos.where('state').equals('waiting').count();
	return {
		unsent: async () => {
			const { outbox } = await books();
			const actions = outbox.filter(({ ack, withdrawn }) => ack === null && !withdrawn);
			return actions.length + (await waitingPhotos());
		},
		canSeal: async () =>
			canEncrypt() && ((await keptSealKey(tables)) ?? (await sealKey(tables, http))) !== null,
		seal: async () => {
			const key = canEncrypt() ? await sealKey(tables, http) : null;
			if (key !== null) await seal(kept, tables, key);
			return key !== null;
		},
		becomeAnother: () => change(({ outbox }) => asAnother(outbox, newId())),
	};
}
