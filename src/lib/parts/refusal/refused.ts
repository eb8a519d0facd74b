import type { Extras, Refusal } from '#sync/core/rejection.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Mark } from '#lib/device/sync/marks.ts';

/** A refusal that its author has not read yet. */
export type Refused = {
	readonly id: string;
	readonly name: string;
	readonly refusal: Refusal;
	readonly extras: Extras;
};

/** The refusal in a mark, if it is one. Lost work counts as not understood: it must be done again. */
export function refusedOf(mark: Mark | null): Refused | null {
	if (mark?.state !== 'refused' && mark?.state !== 'lost') return null;
	const { id, name, refusal, extras } = mark.mutation;
	return { id, name, refusal: refusal ?? 'not_understood', extras: extras ?? {} };
}

/** Work that waits to be sent although, as far as this phone knows, the rules say no. */
export function doubtOf(mark: Mark | null): Pick<Refused, 'name' | 'refusal'> | null {
	if (mark === null || !('doubt' in mark.mutation) || mark.mutation.doubt === null) return null;
	return { name: mark.mutation.name, refusal: mark.mutation.doubt };
}

/** The free times a refusal brings along, earliest first. */
export function alternativesIn({ alternatives }: Extras): readonly Instant[] {
	return Array.isArray(alternatives) ? alternatives.flatMap(startIn).sort() : [];
}

function startIn(each: unknown): readonly Instant[] {
	const isSlot = typeof each === 'object' && each !== null && 'start' in each;
	return isSlot && typeof each.start === 'string' ? [each.start] : [];
}
