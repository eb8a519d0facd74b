import { booking } from '#sync/booking/entity.ts';
import type { Context } from '#sync/core/mutator.ts';
import { notice } from '#sync/notice/entity.ts';
import { noticeTo, type Addressee, type Message } from '#sync/notice/rules.ts';

/** Who is told about a visit. */
export type Audience = 'customer' | 'office' | { readonly workerId: string };

/**
 * Writes one notice for each of these about a visit, with its code and its start, so that the words
 * can name it. Rows only: whoever delivers messages reads them after the commit.
 */
export async function notify(
	{ store, now, newId }: Pick<Context, 'store' | 'now' | 'newId'>,
	audience: readonly Audience[],
	about: Pick<Message, 'kind' | 'jobId'> & { readonly bookingId: string },
): Promise<void> {
	const { code, startAt, customerId, shopId } = await store.get(booking, about.bookingId);
	const message = { ...about, params: { code, startAt } };
	for (const each of audience) {
		const to: Addressee =
			each === 'customer' ? { customerId } : each === 'office' ? { shopId } : each;
		store.insert(notice, noticeTo(newId(), to, message, now));
	}
}
