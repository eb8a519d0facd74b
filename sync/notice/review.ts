import { isLive } from '../core/actor.ts';
import type { Context } from '../core/mutator.ts';
import type { Refusal } from '../core/rejection.ts';
import { observation } from '../observation/entity.ts';
import { notice } from './entity.ts';
import { noticeTo, type Addressee } from './rules.ts';

/** A report from the floor that the state contradicts. */
export type Contradiction = {
	readonly what: string;
	readonly refusal: Refusal;
	readonly shopId: string;
	readonly bookingId?: string;
	readonly jobId?: string;
	readonly epoch?: number | undefined;
};

/**
 * Keeps the report as an observation, and tells the office and whoever reported it that a person has
 * to look. It changes nothing else: what nothing supports but one phone never moves money or tokens.
 */
export function keepForReview(ctx: Context, report: Contradiction): void {
	const { store, at, now, newId } = ctx;
	const { what, refusal, shopId, bookingId, jobId, epoch } = report;
	const workerId = reporterOf(ctx, shopId);
	store.insert(observation, {
		id: newId(),
		shopId,
		bookingId: bookingId ?? null,
		jobId: jobId ?? null,
		workerId,
		what,
		refusal,
		epoch: epoch ?? null,
		doneAt: at,
		createdAt: now,
	});
	const message = {
		kind: 'report_needs_review' as const,
		...(bookingId === undefined ? {} : { bookingId }),
		...(jobId === undefined ? {} : { jobId }),
		params: { what, refusal, doneAt: at },
	};
	const told: Addressee[] = [{ shopId }, ...(workerId === null ? [] : [{ workerId }])];
	for (const to of told) store.insert(notice, noticeTo(newId(), to, message, now));
}

function reporterOf({ actor, at }: Context, shopId: string): string | null {
	const grant = actor.grants.find(
		(each) => each.role === 'worker' && each.shopId === shopId && isLive(each, at),
	);
	return grant?.workerId ?? null;
}
