import { requireRole, type Actor } from '#sync/core/actor.ts';
import { derivedIds } from '#sync/core/id.ts';
import type { AnyMutator, Context } from '#sync/core/mutator.ts';
import { Rejection } from '#sync/core/rejection.ts';
import type { Mutation } from '#sync/protocol/sync.ts';
import type { Run } from './layers.ts';
import { firstIds, frozenAt, parsedArgs, type Draft } from './outbox.ts';
import { createOverlayStore, type Reads, type View } from './overlay-store.ts';

export type Runner = {
	readonly mutatorNamed: (name: string) => AnyMutator | null;
	readonly actor: () => Actor;
	readonly report: (error: unknown) => void;
};

/** Runs one mutation over what somebody sees; nothing of it is shown or kept by that. */
export async function runOn(
	{ mutatorNamed, actor, report }: Runner,
	view: View,
	mutation: Draft & Pick<Mutation, 'base'>,
): Promise<Run> {
	const overlay = createOverlayStore(view);
	const { reads } = overlay;
	const mutator = mutatorNamed(mutation.name);
	const parsed = mutator && parsedArgs(mutator, mutation.args);
	if (mutator?.where !== 'both' || !parsed) {
		return { reads, writes: new Map(), refusal: null, about: aboutUnrun(mutator, mutation) };
	}
	try {
		requireRole(actor(), frozenAt(mutation), mutator.by);
		await mutator.run(contextOf(mutation, actor(), overlay.store), parsed.args);
		const writes = await overlay.writes();
		const written = [...writes.values()].map(({ key }) => key.id);
		const about = written.length > 0 ? written : idsAsked(reads);
		return { reads, writes, refusal: null, about: new Set(about) };
	} catch (error) {
		if (!(error instanceof Rejection)) report(error);
		const refusal = error instanceof Rejection ? error.code : null;
		const about = new Set([...idsAsked(reads), ...aboutUnrun(mutator, mutation)]);
		return { reads, writes: new Map(), refusal, about };
	}
}

const idsAsked = ({ gets }: Reads): string[] => [...gets.values()].map(({ id }) => id);

const contextOf = (
	mutation: Draft & Pick<Mutation, 'base'>,
	actor: Actor,
	store: Context<'both'>['store'],
): Context<'both'> => ({
	actor,
	now: frozenAt(mutation),
	at: frozenAt(mutation),
	base: mutation.base,
	store,
	tell: () => undefined, // What follows from an event is the server's to decide.
	newId: derivedIds(mutation.id, mutation.at.wall),
});

/** What a mutation concerns as far as its arguments tell: what it makes, and the object it names. */
export function aboutUnrun(mutator: AnyMutator | null, mutation: Draft): ReadonlySet<string> {
	const parsed = mutator && parsedArgs(mutator, mutation.args);
	const shop = parsed ? mutator.shopOf(parsed.args) : null;
	const object = shop && 'of' in shop ? [shop.id] : [];
	return new Set([...firstIds(mutation), ...object]);
}
