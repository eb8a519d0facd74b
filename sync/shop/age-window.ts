import { day, entity, id, text, type RowOf } from '../core/entity.ts';

/**
 * The day from which a shop's scopes count back and ahead, in the zone its days are told in. The
 * server's own: it moves every night, and no phone need hear of that. It is stored, not read off a
 * clock, because what a scope shows may only change where it is stamped: `shop.age` alone moves it.
 * A shop that has no row yet shows the visits of all days.
 */
export const shopWindow = entity(
	'shop_window',
	{
		/** The shop's own id. */
		id: id(),
		day: day(),
		zone: text(40, 1),
	},
	{ home: null },
);
export type ShopWindow = RowOf<(typeof shopWindow)['fields']>;

/** A little after midnight: what was still going on has come to its end. */
export const dayBegins = '00:10';

/** Forward only: a day that has passed changes nothing. */
export const movedTo = (window: ShopWindow, wanted: Omit<ShopWindow, 'id'>): ShopWindow =>
	wanted.day > window.day ? { ...window, ...wanted } : window;
