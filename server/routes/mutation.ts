import { randomUUID } from 'node:crypto';
import { parse } from '#sync/core/entity.ts';
import type { Ids, Store } from '#sync/core/mutator.ts';
import { Rejection } from '#sync/core/rejection.ts';
import type { Instant } from '#sync/core/time.ts';
import type { ArgsOf, MutatorName } from '#sync/registry.ts';
import { mutationOf } from '../domain/mutation-of.ts';
import { perform, type Outcome } from '../domain/perform.ts';
import { hashOf, malformed } from './edge.ts';
import { Problem } from './problem.ts';
import type { Asked, Definition, Nothing, Route, Schema } from './definition.ts';
import { route } from './route.ts';

/** What a route performs: the mutator, its arguments and, if it was done earlier, when. */
export type Act<N extends MutatorName = MutatorName> = {
	readonly [M in N]: { readonly name: M; readonly args: ArgsOf<M>; readonly at?: Instant };
}[N];

type Change<P extends Schema, Q extends Schema, B extends Schema> = Omit<
	Definition<P, Q, B>,
	'keyed'
> & {
	/** What to perform; may look something up first, as a route is often about another thing's id. */
	readonly act: (asked: Asked<P, Q, B>) => Act | Promise<Act>;
	/**
	 * The answer, made inside the transaction from what it is about to write: a repeat of the request
	 * gets this very answer, whatever has happened since.
	 */
	readonly show: (store: Store, ids: Ids, asked: Asked<P, Q, B>) => Promise<unknown>;
};

/** Turns a mutation into a route: performs it once however often it is asked, and shows what came of it. */
export function mutation<
	P extends Schema = Nothing,
	Q extends Schema = Nothing,
	B extends Schema = Nothing,
>({ act, show, ...definition }: Change<P, Q, B>): Route {
	const respond = async (asked: Asked<P, Q, B>): Promise<unknown> => {
		const outcome = await performOnce(asked, await act(asked), (store, ids) =>
			show(store, ids, asked),
		);
		return outcome.answer;
	};
	return route({ ...definition, keyed: true, respond });
}

async function performOnce(
	asked: Pick<Asked, 'house' | 'actor' | 'now' | 'request' | 'bytes'>,
	{ name, args, at }: Act,
	answer: (store: Store, ids: Ids) => Promise<unknown>,
): Promise<Outcome> {
	const { house, actor, now, request, bytes } = asked;
	const [outcome] = await perform(house.world, [
		{
			actor,
			mutation: mutationOf(name, args, { id: keyOf(request.headers), now, at }),
			hash: hashOf(request, bytes),
			answer,
		},
	]);
	if (outcome === undefined) throw new Error('the door answered nothing');
	if (outcome.refusal !== undefined) throw new Rejection(outcome.refusal, outcome.extras);
	if (outcome.status === 'parked') throw new Problem('parked');
	return outcome;
}

/** The key is the mutation's id, so that the log itself knows a repeat. Without one we make it. */
function keyOf(headers: Headers): string {
	const key = headers.get('idempotency-key')?.trim().toLowerCase() ?? randomUUID();
	if (!parse.id.safeParse(key).success) throw malformed('Idempotency-Key: not a UUID');
	return key;
}

/** An id that a mutator answers with. */
export function idIn(ids: Ids, name: string): string {
	const id = ids[name];
	if (id === undefined) throw new Error(`the mutator did not answer with ${name}`);
	return id;
}
