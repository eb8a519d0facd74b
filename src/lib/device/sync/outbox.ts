import type * as z from 'zod/mini';
import { derivedIds } from '#sync/core/id.ts';
import type { AnyMutator } from '#sync/core/mutator.ts';
import { Rejection } from '#sync/core/rejection.ts';
import { addMs, type Instant } from '#sync/core/time.ts';
import { mutationText, pushBytesMax, type Mutation } from '#sync/protocol/sync.ts';
import type { Ports } from './ports.ts';
import type { Books, OutboxEntry, OutboxRow } from './store.ts';

/** Ids a caller is told of before anything has run: the first ones a mutation would make. */
const newIdsTold = 4;

/** A mutation before it is frozen: what it depends on is known only once it has run here. */
export type Draft = Omit<Mutation, 'base' | 'after'>;

/** Arguments that do not parse are refused at once: they could never be delivered. */
export function draftOf(
	mutator: AnyMutator,
	args: unknown,
	{ clock, newId }: Pick<Ports, 'clock' | 'newId'>,
	measured: Books['clock'],
): Draft {
	const parsed = parsedArgs(mutator, args);
	if (parsed === null) throw new Rejection('not_understood');
	return {
		id: newId(),
		name: mutator.name,
		version: mutator.version,
		args: parsed.args,
		at: {
			wall: clock.now(),
			offsetMs: measured?.offsetMs ?? null,
			errorMs: measured?.errorMs ?? null,
		},
	};
}

/** Arguments as the mutator reads them; null if it cannot. */
export function parsedArgs(mutator: AnyMutator, args: unknown): { readonly args: unknown } | null {
	const parsed = (mutator.args as z.ZodMiniType).safeParse(args);
	return parsed.success ? { args: parsed.data } : null;
}

/** The mutation as the bytes that the outbox keeps and the server hashes. */
export function freeze(
	draft: Draft,
	base: Readonly<Record<string, number>>,
	after: readonly string[],
	about: Pick<OutboxEntry, 'subject' | 'shown'>,
): OutboxEntry {
	const mutation: Mutation = { ...draft, base: { ...base }, after: [...after] };
	const text = JSON.stringify(mutation);
	if (bytesOf(text) > pushBytesMax) throw new Rejection('not_understood');
	return { id: draft.id, name: draft.name, text, enqueuedAt: draft.at.wall, ...about };
}

/** The mutation in a row of the outbox. We wrote it, so anything else is a broken disk. */
export const thaw = (text: string): Mutation => mutationText.parse(JSON.parse(text));

/**
 * What is sent for a row. Work that was taken back keeps its number, or there would be a hole, but
 * what goes out under it does nothing; the id stays, so that the server can tell what became of the
 * original if that had arrived after all.
 */
export function wireText({ text, withdrawn }: Pick<OutboxRow, 'text' | 'withdrawn'>): string {
	if (!withdrawn) return text;
	const { id, at } = thaw(text);
	const nothing: Mutation = {
		...{ id, name: 'withdrawn', version: 1, args: {}, base: {}, after: [], at },
	};
	return JSON.stringify(nothing);
}

/**
 * The time at which a mutation runs on this phone, each time the same: the phone's clock when the
 * person pressed, corrected by what was known of its error then.
 */
export const frozenAt = ({ at }: Pick<Mutation, 'at'>): Instant => addMs(at.wall, at.offsetMs ?? 0);

/** The first ids that a mutation makes, here and on the server. */
export function firstIds({ id, at }: Pick<Mutation, 'id' | 'at'>): readonly string[] {
	const next = derivedIds(id, at.wall);
	return Array.from({ length: newIdsTold }, next);
}

const encoder = new TextEncoder();

/** Length in bytes as UTF-8, which is how limits of the wire count. */
export const bytesOf = (text: string): number => encoder.encode(text).length;
