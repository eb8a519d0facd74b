import { refuseUnless } from '../core/rejection.ts';
import { addMinutes, earlier, type Instant } from '../core/time.ts';
import type { Policy } from '../shop/policy.ts';
import type { JobOffer, SharedOffer } from './entity.ts';

/** A start so close that the worker must be told at once and asked to say that he knows. */
export const needsAcknowledgement = (startAt: Instant, now: Instant, policy: Policy): boolean =>
	startAt < addMinutes(now, policy.acknowledgeWithinMinutes);

/** As long as there is time until the start, within the shop's limits. */
export function offerUntil(startAt: Instant, now: Instant, policy: Policy): Instant {
	const longest = earlier(startAt, addMinutes(now, policy.offerMinutesMax));
	const shortest = addMinutes(now, policy.offerMinutesMin);
	return longest < shortest ? shortest : longest;
}

/** The newest of the offers this worker got for a job. */
export const newestFor = <O extends SharedOffer>(
	offers: readonly O[],
	workerId: string,
): O | undefined =>
	offers
		.filter((each) => each.workerId === workerId)
		.reduce<O | undefined>(
			(newest, each) => (newest && newest.seq > each.seq ? newest : each),
			undefined,
		);

/**
 * His yes. A job that is his stays his when he is late to say so (`ack`); a question whether he takes
 * it (`ask`) counts as taken back once its time is over.
 */
export function accept<O extends SharedOffer>(offer: O, now: Instant): O {
	if (offer.status !== 'sent' && offer.status !== 'expired') return offer;
	const late = offer.status === 'expired' || offer.expiresAt <= now;
	refuseUnless(offer.kind === 'ack' || !late, 'offer_expired');
	return { ...offer, status: 'accepted', answeredAt: now };
}

/** Somebody who works on the bike need not say that he knows of it. */
export const answerByWorking = <O extends SharedOffer>(offer: O, at: Instant): O =>
	offer.status === 'sent' ? { ...offer, status: 'accepted', answeredAt: at } : offer;

/** A no can still be put down on it: to a question, late or not, or after an earlier yes. */
export const isAnswerable = ({ status }: SharedOffer): boolean =>
	status === 'sent' || status === 'expired' || status === 'accepted';

/** His no, with the reason. */
export const decline = <O extends SharedOffer>(
	offer: O,
	declineReason: string,
	now: Instant,
): O & Pick<JobOffer, 'declineReason'> => ({
	...offer,
	status: 'declined',
	answeredAt: now,
	declineReason,
});

/**
 * His no to a job that was planned for him without asking. It is kept in the same place as any other
 * no, so that nobody plans him for it again.
 */
export const declinedUnasked = (
	id: string,
	about: Pick<JobOffer, 'jobId' | 'shopId' | 'workerId' | 'seq'>,
	declineReason: string,
	now: Instant,
): JobOffer => ({
	...about,
	id,
	kind: 'ack',
	status: 'declined',
	sentAt: now,
	seenAt: now,
	answeredAt: now,
	expiresAt: now,
	declineReason,
});

/** Nobody answered. Harmless when somebody did meanwhile. */
export const expire = (offer: JobOffer, now: Instant): JobOffer =>
	offer.status === 'sent' && offer.expiresAt <= now ? { ...offer, status: 'expired' } : offer;
