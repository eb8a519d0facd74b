import {
	entity,
	id,
	instant,
	optional,
	ref,
	seenBy,
	shaped,
	text,
	type RowOf,
} from '../core/entity.ts';

/** A worker is told the first name only. */
const firstName = (name: string): string => name.trim().split(/\s+/)[0] ?? '';

/** The last three digits, enough to recognise a caller: `+91*******101`. */
const maskedPhone = (phone: string): string =>
	phone.slice(0, 3) + '*'.repeat(Math.max(0, phone.length - 6)) + phone.slice(-3);

/** A person who brings bikes. Without a user he is a walk-in who has no app yet. */
export const customer = entity(
	'customer',
	{
		id: id(),
		name: seenBy(text(80), { worker: firstName }),
		phone: seenBy(optional(shaped(/^\+[1-9]\d{7,14}$/, 16)), { worker: maskedPhone }),
		createdByShopId: seenBy(optional(ref('shop')), { worker: 'hidden', owner: 'hidden' }),
		mergedInto: seenBy(optional(ref('customer')), { worker: 'hidden' }),
		createdAt: instant(),
	},
	{ home: { collection: 'people' } },
);
export type Customer = RowOf<(typeof customer)['fields']>;
