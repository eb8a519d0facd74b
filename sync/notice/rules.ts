import type { Instant } from '../core/time.ts';
import type { Notice, NoticeKind } from './entity.ts';

/** One person, or the office of a shop. */
export type Addressee =
	{ readonly customerId: string } | { readonly workerId: string } | { readonly shopId: string };

/** What it is about; the screen makes the words of it. */
export type Message = {
	readonly kind: NoticeKind;
	readonly bookingId?: string;
	readonly jobId?: string;
	readonly params?: Notice['params'];
};

const nobody = { customerId: null, workerId: null, shopId: null };

/** The notice as a row. It names its one addressee and nobody else: by that it finds its scope. */
export const noticeTo = (id: string, to: Addressee, message: Message, at: Instant): Notice => ({
	id,
	...nobody,
	...to,
	kind: message.kind,
	bookingId: message.bookingId ?? null,
	jobId: message.jobId ?? null,
	params: message.params ?? {},
	at,
});
