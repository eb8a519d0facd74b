import type { ShopOf } from '#sync/core/mutator.ts';
import type { PortTransaction } from '../db/port.ts';
import type { Prepared } from './prepare.ts';

/** Whoever performs what is parked, or takes it back, holds this: one of the two happens. */
export const parkedLock = (mutationId: string): string => `parked:${mutationId}`;

/**
 * Takes the locks of a group, always in this order: shops, devices, customers, what was parked (each
 * sorted), so that no two groups can wait for each other. Every change of a shop takes that shop's
 * lock: what the rules read there cannot move before the commit.
 */
export async function lockGroup(tx: PortTransaction, group: readonly Prepared[]): Promise<void> {
	if (tx.alone) return;
	const shops = await shopsOf(tx, group);
	const devices = group.flatMap(({ member }) => (member.device ? [member.device.id] : []));
	const customers = await customersOf(tx, group);
	const takenBack = group.filter((each) => each.problem === 'withdrawn');
	const keys = [
		...unique([...shops.values()]).map((id) => `shop:${id}`),
		...unique(devices).map((id) => `device:${id}`),
		...unique(customers).map((id) => `customer:${id}`),
		...unique(takenBack.map((each) => each.member.mutation.id)).map(parkedLock),
	];
	if (keys.length > 0) await tx.lock(keys);
}

/** Which shop each member is about; none for those about no shop or about what is not there. */
export async function shopsOf(
	reads: Pick<PortTransaction, 'read'>,
	group: readonly Prepared[],
): Promise<Map<Prepared, string>> {
	const shops = new Map<Prepared, string>();
	const asked = new Map<string, Thing>();
	const waiting = new Map<Prepared, string>();
	for (const each of group) {
		const about = each.problem === null ? each.mutator.shopOf(each.args) : null;
		if (about === null) continue;
		if ('shopId' in about) shops.set(each, about.shopId);
		else {
			asked.set(`${about.of.name}/${about.id}`, about);
			waiting.set(each, `${about.of.name}/${about.id}`);
		}
	}
	const found = await namedBy(reads, [...asked.values()], 'shopId');
	for (const [each, key] of waiting) {
		const shopId = found.get(key);
		if (shopId !== undefined) shops.set(each, shopId);
	}
	return shops;
}

async function customersOf(
	reads: Pick<PortTransaction, 'read'>,
	group: readonly Prepared[],
): Promise<string[]> {
	const about = group.flatMap((each) =>
		each.problem === null ? (each.mutator.customerOf?.(each.args) ?? []) : [],
	);
	return [...(await namedBy(reads, about, 'customerId')).values()];
}

type Thing = Extract<ShopOf, { readonly of: object }>;

/** The id that each of these things bears in that field; none for what is not there. */
async function namedBy(
	reads: Pick<PortTransaction, 'read'>,
	things: readonly Thing[],
	field: 'shopId' | 'customerId',
): Promise<Map<string, string>> {
	const found = new Map<string, string>();
	for (const [entity, some] of Map.groupBy(things, (each) => each.of)) {
		const rows = await reads.read(entity, unique(some.map((each) => each.id)));
		for (const row of rows) found.set(`${entity.name}/${row.id}`, String(row[field]));
	}
	return found;
}

const unique = (ids: readonly string[]) => [...new Set(ids)].sort();
