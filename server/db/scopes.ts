import { booking } from '#sync/booking/entity.ts';
import {
	goneReason,
	placesOfVisit,
	placeText,
	timesMoved,
	visitEntities,
	type Place,
	type Visit,
} from '#sync/booking/scopes.ts';
import { homeOf, keyText, type DocKey } from '#sync/core/document.ts';
import type { Row } from '#sync/core/entity.ts';
import { scopeOf, type GoneReason, type Scope } from '#sync/core/scope.ts';
import { shopWindow, type ShopWindow } from '#sync/shop/age-window.ts';
import type { Touch } from './port.ts';
import type { Change, Layer } from './store.ts';
import { bookingIdOf, visitBefore, visitsById, visitsWhere } from './visits.ts';

/**
 * Which documents a mutation moved, in which scopes: what the stamp must write. A visit (booking,
 * job, bike, customer) enters and leaves a scope whole; inside a scope only what changed is stamped.
 * What is forgotten here, no phone ever hears of.
 *
 * Before and after are judged by the shop's window as it is stored (sync/shop/age-window.ts), so
 * that time alone moves nothing: only the mutation that moves the window does, for all visits.
 */
export async function touchesOf(layer: Layer): Promise<readonly Touch[]> {
	const touches = new Touches();
	const changes = layer.changes();
	await touchVisits(layer, changes, touches);
	for (const change of changes) {
		if (change.entity.home === null || visitEntities.includes(change.entity.name)) continue;
		const key = homeOf(change.entity, change.after) as DocKey;
		for (const scope of await scopesOfDocument(layer, key, change)) touches.live(scope, key);
	}
	return touches.all();
}

/** Touches of one mutation: a document is in a scope or gone from it; being in it wins. */
class Touches {
	readonly #byPlace = new Map<string, Touch>();

	live(scope: Scope, key: DocKey): void {
		this.#byPlace.set(placeText(scope, key), { scope, ...key, gone: null });
	}

	gone(scope: Scope, key: DocKey, reason: GoneReason): void {
		const text = placeText(scope, key);
		if (!this.#byPlace.has(text)) this.#byPlace.set(text, { scope, ...key, gone: reason });
	}

	all(): readonly Touch[] {
		return [...this.#byPlace.values()];
	}
}

/** A shop's window, before and after this mutation. */
type Windows = { readonly before: ShopWindow | null; readonly after: ShopWindow | null };
type Left = Place & { readonly visit: Visit; readonly window: ShopWindow | null };

async function touchVisits(
	layer: Layer,
	changes: readonly Change[],
	touches: Touches,
): Promise<void> {
	const byRow = new Map(changes.map((each) => [each.after.id, each]));
	const changed = changedKeys(changes);
	const left: Left[] = [];
	for (const visit of await visitsMoved(layer, changes)) {
		const windows = await windowsOf(layer, visit.booking.shopId, changes);
		const now = placesOfVisit(visit, windows.after);
		const earlier = visitBefore(visit, byRow);
		const before = earlier ? placesOfVisit(earlier, windows.before) : new Map<string, Place>();
		for (const [text, { scope, key }] of now)
			if (!before.has(text) || changed.has(keyText(key))) touches.live(scope, key);
		for (const [text, place] of before)
			if (!now.has(text)) left.push({ ...place, visit, window: windows.after });
	}
	await touchGone(layer, left, touches);
}

/** Visits of which a row changed, and those that a moved window may have passed over. */
async function visitsMoved(layer: Layer, changes: readonly Change[]): Promise<readonly Visit[]> {
	const ids = new Set<string>();
	for (const each of changes) {
		if (visitEntities.includes(each.entity.name)) ids.add(await bookingIdOf(layer, each));
		if (each.entity.name !== shopWindow.name) continue;
		for (const id of await passedOver(layer, each)) ids.add(id);
	}
	return visitsById(layer, [...ids]);
}

async function passedOver({ store }: Layer, { before, after }: Change): Promise<string[]> {
	const times = timesMoved(before as ShopWindow | null, after as ShopWindow);
	const shopId = after.id;
	const found =
		times === null
			? [await store.list(booking, { shopId })]
			: await Promise.all(times.map((during) => store.list(booking, { shopId }, during)));
	return found.flat().map((each) => each.id);
}

async function windowsOf(
	layer: Layer,
	shopId: string,
	changes: readonly Change[] = [],
): Promise<Windows> {
	const after = await layer.store.find(shopWindow, shopId);
	const moved = changes.find(
		(each) => each.entity.name === shopWindow.name && each.after.id === shopId,
	);
	return { before: moved ? (moved.before as ShopWindow | null) : after, after };
}

/** The documents of visits that changed themselves, not only whom they are shown to. */
function changedKeys(changes: readonly Change[]): ReadonlySet<string> {
	const own = changes.filter((each) => visitEntities.includes(each.entity.name));
	return new Set(own.map((each) => keyText(homeOf(each.entity, each.after) as DocKey)));
}

/** What has left is gone, unless another visit still brings it: the bike, the customer. */
async function touchGone(layer: Layer, left: readonly Left[], touches: Touches): Promise<void> {
	if (left.length === 0) return;
	const kept = await placesKept(layer, left);
	for (const { scope, key, visit, window } of left)
		if (!kept.has(placeText(scope, key)))
			touches.gone(scope, key, goneReason(visit, scope, window));
}

/** Only the shop's own scopes are ever left, so only its own visits can keep anything there. */
async function placesKept(layer: Layer, left: readonly Left[]): Promise<ReadonlySet<string>> {
	const kept = new Set<string>();
	for (const [shopId, some] of Map.groupBy(left, (each) => each.visit.booking.shopId)) {
		const { after } = await windowsOf(layer, shopId);
		const idsIn = (collection: DocKey['collection']) => [
			...new Set(some.flatMap(({ key }) => (key.collection === collection ? key.id : []))),
		];
		const vehicleId = idsIn('vehicles');
		const customerId = idsIn('people');
		const visits = [
			...(vehicleId.length === 0 ? [] : await visitsWhere(layer, { shopId, vehicleId })),
			...(customerId.length === 0 ? [] : await visitsWhere(layer, { shopId, customerId })),
		];
		for (const visit of visits)
			for (const text of placesOfVisit(visit, after).keys()) kept.add(text);
	}
	return kept;
}

/** Scopes of a document that is no part of a visit, before and after this change. */
async function scopesOfDocument(layer: Layer, key: DocKey, change: Change): Promise<Set<Scope>> {
	switch (key.collection) {
		case 'shops':
			return new Set([scopeOf.floor(key.id), scopeOf.catalog(key.id)]);
		case 'vehicles': {
			const owner = scopeOf.customer(String(change.after['customerId']));
			return broughtBy(layer, await visitsWhere(layer, { vehicleId: key.id }), owner, key);
		}
		case 'people': {
			const own = scopeOf.customer(key.id);
			return broughtBy(layer, await visitsWhere(layer, { customerId: key.id }), own, key);
		}
		case 'notices':
			return new Set([scopeOfNotice(change.after)]);
		case 'bookings':
		case 'jobs':
			throw new Error(`${key.collection} are parts of visits`);
	}
}

async function broughtBy(
	layer: Layer,
	visits: readonly Visit[],
	own: Scope,
	key: DocKey,
): Promise<Set<Scope>> {
	const scopes = new Set([own]);
	for (const visit of visits) {
		const { after } = await windowsOf(layer, visit.booking.shopId);
		for (const place of placesOfVisit(visit, after).values())
			if (keyText(place.key) === keyText(key)) scopes.add(place.scope);
	}
	return scopes;
}

/** Where a notice is told: it names its one addressee. */
export function scopeOfNotice(row: Row): Scope {
	const { customerId, workerId, shopId } = row as Record<string, string | null>;
	if (customerId) return scopeOf.customer(customerId);
	if (workerId) return scopeOf.worker(workerId);
	return scopeOf.office(String(shopId));
}
