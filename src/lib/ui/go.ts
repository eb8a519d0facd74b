import { goto } from '$app/navigation';
import { resolve } from '$app/paths';

type Place = '/' | '/booking/confirm' | '/booking/track' | '/signin' | '/worker/dashboard';
type Query = Readonly<Record<string, string>>;

/** Goes to a page of ours; back leads to the one that was left. */
export const go = (place: Place, query: Query = {}): Promise<void> => move(place, query, false);

/** Goes to a page of ours instead of this one: back does not lead here again. */
export const goInstead = (place: Place, query: Query = {}): Promise<void> =>
	move(place, query, true);

function move(place: Place, query: Query, replaceState: boolean): Promise<void> {
	const asked = new URLSearchParams(query).toString();
	const url = asked === '' ? resolve(place) : `${resolve(place)}?${asked}`;
	// eslint-disable-next-line svelte/no-navigation-without-resolve -- resolved on the line above
	return goto(url, { replaceState });
}
