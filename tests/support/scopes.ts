import { keyText } from '#sync/core/document.ts';
import type { AnyEntity, Row } from '#sync/core/entity.ts';
import { scopeOf, type Scope } from '#sync/core/scope.ts';
import { customer } from '#sync/customer/entity.ts';
import { entities } from '#sync/registry.ts';
import { shop } from '#sync/shop/entity.ts';
import { worker } from '#sync/worker/entity.ts';
import { memoryPort } from '#server/db/memory.ts';
import { plant } from '#server/db/plant.ts';
import type { Port, PullPage } from '#server/db/port.ts';
import { touchesOf } from '#server/db/scopes.ts';
import { UnitOfWork } from '#server/db/store.ts';
import { installOfTests } from './ports.ts';

/** Every scope of everything that is there. */
export async function allScopes(port: Port): Promise<Scope[]> {
	const idsOf = async (entity: AnyEntity) => (await port.list(entity, {})).map((row) => row.id);
	const shops = await idsOf(shop);
	return [
		...shops.flatMap((id) => [scopeOf.floor(id), scopeOf.office(id), scopeOf.catalog(id)]),
		...(await idsOf(worker)).map(scopeOf.worker),
		...(await idsOf(customer)).map(scopeOf.customer),
	];
}

/** What is live in each scope, as somebody is told who follows it alone and has seen nothing. */
export async function liveIn(
	port: Port,
	scopes: readonly Scope[],
): Promise<Record<Scope, string[]>> {
	const live: Record<Scope, string[]> = {};
	for (const scope of scopes) {
		const { changes } = await port.pull({ cursors: { [scope]: 0 }, rowsMax: 100_000 });
		live[scope] = changes
			.filter((each) => each.live.length > 0)
			.map(keyText)
			.sort();
	}
	return live;
}

/**
 * The same rows in a database whose stamps are made anew from the rows alone: what was forgotten to
 * be stamped is not forgotten there.
 */
export async function stampedAnew(port: Port, install = installOfTests): Promise<Port> {
	const truth = memoryPort(install);
	const rows: [AnyEntity, Row[]][] = [];
	for (const entity of entities as readonly AnyEntity[])
		rows.push([entity, await port.list(entity, {})]);
	await plant(truth, rows);
	return truth;
}

/** Changes one row, stamped, as a mutation would that there is not yet. */
export async function change(
	port: Port,
	entity: AnyEntity,
	id: string,
	over: object,
): Promise<readonly string[]> {
	return port.transaction(async (tx) => {
		const work = new UnitOfWork(tx);
		const layer = work.open();
		const row = await layer.store.get(entity, id);
		layer.store.update(entity, { ...(row as object), ...over } as never);
		const touches = await touchesOf(layer);
		layer.keep();
		await tx.flush(work.writes());
		await tx.stamp(touches, [], '2026-11-23T04:30:00.000Z');
		return touches.map((each) => `${each.scope} ${keyText(each)} ${each.gone ?? 'live'}`).sort();
	});
}

/** Somebody's phone, as far as it is told which documents there are. */
export class Follower {
	readonly held = new Set<string>();
	#cursors: Record<Scope, number>;

	constructor(scopes: readonly Scope[]) {
		this.#cursors = Object.fromEntries(scopes.map((scope) => [scope, 0]));
	}

	get scopes(): Scope[] {
		return Object.keys(this.#cursors) as Scope[];
	}

	/** Reads to the end, a few rows at a time; returns what it was told is gone, and why. */
	async pull(port: Port, rowsMax: number): Promise<PullPage['changes']> {
		const gone: PullPage['changes'][number][] = [];
		for (let more = true; more;) {
			const page = await port.pull({ cursors: this.#cursors, rowsMax });
			if (page.stale.length > 0) throw new Error(`stale: ${page.stale.join()}`);
			for (const each of page.changes) {
				if (each.live.length > 0) this.held.add(keyText(each));
				else if (this.held.delete(keyText(each))) gone.push(each);
			}
			({ more } = page);
			this.#cursors = { ...page.cursors };
		}
		return gone;
	}
}
