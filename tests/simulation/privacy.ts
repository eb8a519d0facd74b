import { roleGrant, type RoleGrant } from '#sync/access/entity.ts';
import type { Instant } from '#sync/core/time.ts';
import { customer, type Customer } from '#sync/customer/entity.ts';
import type { SyncAnswer } from '#sync/protocol/sync.ts';
import { shop } from '#sync/shop/entity.ts';
import type { MemoryState } from '#server/db/memory.ts';
import { demand } from './invariants.ts';

/**
 * Nobody is told of another customer, nor of a shop that he does not work for (any more). The names,
 * numbers and ids of all others are looked for in every word of an answer; what somebody may know is
 * decided by his grants when he asked or when he was answered, read from the rows and not by the code
 * that is judged.
 */
export function checkPrivacy(
	[asked, state]: readonly [MemoryState, MemoryState],
	now: Instant,
	userId: string,
	{ docs }: SyncAnswer,
): void {
	const grants = [asked, state]
		.flatMap((each) => rowsOf<RoleGrant>(each, roleGrant.name))
		.filter((each) => each.userId === userId && (each.revokedAt === null || now < each.revokedAt));
	const text = JSON.stringify(docs);
	if (text === '{}') return;
	const shops = new Set(grants.map((each) => each.shopId));
	const isCustomer = grants.some((each) => each.role === 'customer');
	if (!isCustomer)
		for (const { id } of rowsOf<{ id: string }>(state, shop.name))
			if (!shops.has(id)) demandAbsent(text, id, userId);
	if (shops.size > 1 || !shops.has(null)) return;
	for (const { id, name, phone } of rowsOf<Customer>(state, customer.name)) {
		if (grants.some((each) => each.customerId === id)) continue;
		for (const canary of [id, name, phone]) if (canary) demandAbsent(text, canary, userId);
	}
}

const demandAbsent = (text: string, canary: string, userId: string) =>
	demand(!text.includes(canary), 'nobody is told of what is none of his business', {
		...{ userId, canary },
	});

const rowsOf = <T>(state: MemoryState, name: string): T[] =>
	[...(state.tables.get(name)?.values() ?? [])] as unknown as T[];
