import * as z from 'zod/mini';
import { grantFor } from '../core/actor.ts';
import { parse } from '../core/entity.ts';
import { mutator } from '../core/mutator.ts';
import { refuseUnless } from '../core/rejection.ts';
import { job } from '../job/entity.ts';
import { booking, type BookingStatus } from './entity.ts';
import { atMost, readMark, seen } from './read-mark.ts';

/** What was never confirmed no shop has on a screen. */
const customersAlone: readonly BookingStatus[] = ['held', 'expired'];
const version = parse.int(0, 2_000_000_000);

/** A visit was on somebody's screen: the other side learns how new it was there. */
export const seeBooking = mutator({
	name: 'booking.see',
	version: 1,
	kind: 'request',
	by: ['customer', 'worker', 'owner'],
	args: z.strictObject({ bookingId: parse.id, bookingVersion: version, jobVersion: version }),
	shopOf: ({ bookingId }) => ({ of: booking, id: bookingId }),
	where: 'server',
	offline: 'refuse',
	async run({ actor, at, now, store, newId }, { bookingId, ...told }) {
		const visit = await store.get(booking, bookingId);
		const { customerId, shopId } = visit;
		const { role } = grantFor(actor, at, {
			customer: customerId,
			worker: shopId,
			owner: shopId,
		});
		const side = role === 'customer' ? 'customer' : 'shop';
		refuseUnless(side === 'customer' || !customersAlone.includes(visit.status), 'not_found');

		const [work] = await store.list(job, { bookingId });
		const real = { bookingVersion: visit.version, jobVersion: work?.version ?? 0 };
		const versions = atMost(told, real);
		const [before] = await store.list(readMark, { bookingId, side });
		if (before) store.update(readMark, seen(before, versions, now));
		else store.insert(readMark, { id: newId(), bookingId, side, ...versions, at: now });
	},
});
