import type { Context, DomainEvent, EventName } from '#sync/core/mutator.ts';
import { addDays, instantAt, later, localDay, type Instant } from '#sync/core/time.ts';
import type { NoticeKind } from '#sync/notice/entity.ts';
import type { ArgsOf, MutatorName } from '#sync/registry.ts';
import { dayBegins } from '#sync/shop/age-window.ts';
import { timer } from '#sync/timer/entity.ts';
import { notify, type Audience } from './notices.ts';

type ReactionContext = Pick<Context, 'now' | 'at' | 'store' | 'newId'>;
export type Reaction<E extends EventName = EventName> = (
	ctx: ReactionContext,
	event: DomainEvent<E>,
) => Promise<void>;
export type Reactions = { readonly [E in EventName]: Reaction<E> };

const nothing = () => Promise.resolve();

/** What follows from what happened, in the same transaction that made it true. */
export const reactions: Reactions = {
	// Days that were missed are made up for in one go: the next move is to the day it is by now.
	'shop.aged': (ctx, { shopId, day, zone }) => {
		const next = later(addDays(day, 1), localDay(zone, ctx.now));
		const dueAt = instantAt(zone, next, dayBegins);
		return setTimer(ctx, `age:${shopId}:${next}`, 'shop.age', { shopId, day: next }, dueAt);
	},
	'customer.registered': nothing,
	'vehicle.added': nothing,
	'booking.held': (ctx, { bookingId, holdExpiresAt }) =>
		setTimer(ctx, `hold:${bookingId}`, 'booking.expire', { bookingId }, holdExpiresAt),
	'booking.confirmed': async (ctx, { bookingId, jobId, workerId }) => {
		await tell(ctx, ['customer', 'office'], 'booking_confirmed', { bookingId, jobId });
		await tell(ctx, [{ workerId }], 'job_assigned', { bookingId, jobId });
	},
	'booking.expired': (ctx, { bookingId }) =>
		tell(ctx, ['customer'], 'booking_expired', { bookingId }),
	'booking.received': (ctx, { bookingId }) =>
		tell(ctx, ['customer'], 'bike_received', { bookingId }),
	'job.assigned': (ctx, { workerId, ...visit }) =>
		tell(ctx, ['customer', { workerId }], 'job_assigned', visit),
	'job.taken': async (ctx, visit) => {
		await tell(ctx, ['customer'], 'job_assigned', visit);
		await tell(ctx, ['office'], 'job_taken', visit);
	},
	'job.accepted': nothing,
	'job.declined': (ctx, visit) => tell(ctx, ['office'], 'job_declined', visit),
	'job.started': (ctx, visit) => tell(ctx, ['customer'], 'job_started', visit),
	'job.completed': (ctx, visit) => tell(ctx, ['customer', 'office'], 'job_completed', visit),
	'offer.sent': (ctx, { offerId, expiresAt }) =>
		setTimer(ctx, `offer:${offerId}`, 'offer.expire', { offerId }, expiresAt),
	'offer.expired': nothing,
};

const tell = (
	ctx: ReactionContext,
	audience: readonly Audience[],
	kind: NoticeKind,
	{ bookingId, jobId }: { readonly bookingId: string; readonly jobId?: string },
): Promise<void> =>
	notify(ctx, audience, { kind, bookingId, ...(jobId === undefined ? {} : { jobId }) });

/**
 * Turns an hour-glass over: when it runs out, the system performs the mutation. The row's id will be
 * that mutation's id (if nobody uses it up before), so that it is performed once whoever finds it due.
 */
async function setTimer<N extends MutatorName>(
	{ store, newId }: ReactionContext,
	key: string,
	name: N,
	args: ArgsOf<N> & Record<string, unknown>,
	dueAt: Instant,
): Promise<void> {
	store.insert(timer, { id: newId(), key, name, args, dueAt, ranAt: null, mutationId: null });
	await Promise.resolve();
}
