/**
 * Where a tap is on its way to the shop, and how it ended there. `kept`: noted for a person, not
 * applied. `review`: the shop has it and has not judged it. `lost`: it never arrived.
 */
export type MarkState =
	| 'queued'
	| 'sending'
	| 'accepted'
	| 'seen'
	| 'changed'
	| 'kept'
	| 'refused'
	| 'lost'
	| 'review'
	| 'withdrawn';

/** The other side of a visit, which may have looked at it. */
export type Side = 'customer' | 'shop';
