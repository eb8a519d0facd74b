import type { Actor } from '#sync/core/actor.ts';
import type { Doc } from '#sync/core/document.ts';
import type { CollectionName } from '#sync/core/entity.ts';
import type { GoneReason, Scope } from '#sync/core/scope.ts';
import { docIn, isTold } from '#sync/protocol/shapes.ts';
import { pageBytesMax, rowsMax, type SyncAnswer, type SyncRequest } from '#sync/protocol/sync.ts';
import type { PullPage } from '../db/port.ts';
import { scopesFor, scopesOnce } from './access.ts';
import { documentsOf } from './documents.ts';
import type { World } from './perform.ts';

/** What leaves with a dropped scope is told whole; a phone keeps a few thousand documents at most. */
const droppedRowsMax = 100_000;

type News = Pick<
	SyncAnswer,
	'docs' | 'gone' | 'cursors' | 'scopes' | 'more' | 'stale' | 'outdated'
>;

/**
 * What is new since the cursors of a device, as this actor may see it and in the shape his app
 * knows. A device that asks from where nothing is known any more, or in a shape that is not told, is
 * told just that: its cursors stay as they are.
 */
export async function newsFor(
	world: World,
	actor: Actor,
	request: SyncRequest,
	sameData: boolean,
): Promise<News> {
	const { port } = world;
	const cursors = sameData ? (request.cursors as Record<Scope, number>) : {};
	if (!isTold(request.schema)) return { ...noNews(request), outdated: true };

	const now = world.now();
	const scopes = await scopesFor(port, actor, now);
	const following = Object.fromEntries(scopes.map((each) => [each, cursors[each] ?? 0]));
	const page = await port.pull({ cursors: following, rowsMax, bytesMax: pageBytesMax });
	if (page.stale.length > 0 && !request.anew) return { ...noNews(request), stale: true };

	const dropped = (Object.keys(cursors) as Scope[]).filter((each) => !scopes.includes(each));
	const left = await leaving(world, actor, { following, dropped, cursors });
	if (left === null) return { ...noNews(request), stale: true };
	return {
		docs: docsIn(request.schema, documentsOf(page, actor, now)),
		gone: [...goneIn(page), ...left],
		cursors: page.cursors,
		scopes: { added: scopes.filter((each) => !(each in cursors)), dropped },
		more: page.more,
	};
}

const noNews = ({ cursors }: SyncRequest): News => ({
	docs: {},
	gone: [],
	cursors,
	scopes: { added: [], dropped: [] },
	more: false,
});

const docsIn = (schema: number, documents: ReadonlyMap<CollectionName, readonly Doc[]>) =>
	Object.fromEntries(
		[...documents].map(([collection, docs]) => [
			collection,
			docs.map((doc) => docIn(schema, collection, doc)),
		]),
	);

type Told = {
	readonly following: Readonly<Record<Scope, number>>;
	readonly dropped: readonly Scope[];
	readonly cursors: Readonly<Record<Scope, number>>;
};
type Gone = { collection: CollectionName; id: string; reason: GoneReason };

const goneIn = (page: PullPage): Gone[] =>
	page.changes
		.filter((each) => each.live.length === 0)
		.map(({ collection, id, gone }) => ({ collection, id, reason: gone ?? 'moved' }));

/**
 * Documents of scopes that the actor may no longer follow and that no other scope brings him. A
 * scope that he never could follow is nothing he has documents of, and none of his business: what
 * is in it is not told, not even by its ids. Catalogues anybody may see. Null: what has left such a
 * scope is forgotten, so that nobody can say what of it the device still holds.
 */
async function leaving(
	world: World,
	actor: Actor,
	{ following, dropped: named, cursors: told }: Told,
): Promise<Gone[] | null> {
	if (named.length === 0) return [];
	const once = await scopesOnce(world.port, actor, world.now());
	const dropped = named.filter((each) => each.startsWith('catalog:') || once.includes(each));
	if (dropped.length === 0) return [];
	const last = Object.fromEntries(dropped.map((each) => [each, told[each] ?? 0]));
	const { stale } = await world.port.pull({ cursors: last, rowsMax: 1, idsOnly: true });
	if (stale.length > 0) return null;
	const heads = await world.port.heads(Object.keys(following) as Scope[]);
	const cursors = { ...heads, ...Object.fromEntries(dropped.map((each) => [each, 0])) };
	const page = await world.port.pull({ cursors, rowsMax: droppedRowsMax, idsOnly: true });
	return page.changes
		.filter((each) => each.live.every((scope) => dropped.includes(scope)))
		.map(({ collection, id }) => ({ collection, id, reason: 'moved' as const }));
}
