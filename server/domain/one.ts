import { requireRole } from '#sync/core/actor.ts';
import { derivedIds } from '#sync/core/id.ts';
import type { AnyMutator, Context, DomainEvent, EventName, Ids } from '#sync/core/mutator.ts';
import { Rejection, type Refusal } from '#sync/core/rejection.ts';
import type { Instant } from '#sync/core/time.ts';
import type { Mutation, Status } from '#sync/protocol/sync.ts';
import type { LogClaim, LogOutcome, Touch } from '../db/port.ts';
import { touchesOf } from '../db/scopes.ts';
import type { Layer, UnitOfWork } from '../db/store.ts';
import { RuleCrash } from './crashes.ts';
import { actorFor, type Judged, type Prepared } from './prepare.ts';
import type { Reaction, Reactions } from './reactions.ts';

/** What one mutation came to: its line in the log, and the documents it moved. */
export type Done = { readonly outcome: LogOutcome; readonly touches: readonly Touch[] };

/**
 * What a parked mutation waits for: a server that knows it, rules that do not crash on it, or a
 * person who looks at what flooded in.
 */
type ParkedFor = 'unknown' | 'crash' | 'flood';

/** Decided before the rules are asked: the database said no, or a bug of ours keeps crashing. */
export type Verdict =
	| { readonly status: 'refused'; readonly refusal: Refusal }
	| { readonly status: 'parked'; readonly waitsFor: ParkedFor };

/** What the log keeps of a parked mutation beside its line, so that it can be performed later. */
export type Parked = Pick<Mutation, 'base' | 'after'> & { readonly waitsFor: ParkedFor };

export type Task = {
	readonly work: UnitOfWork;
	readonly reactions: Reactions;
	readonly prepared: Prepared;
	readonly claim: LogClaim;
	readonly now: Instant;
	/** The first contact of the device it came from; null: it came from none. */
	readonly firstContact: Instant | null;
	readonly verdict: Verdict | null;
	/** How the mutations it depends on ended. */
	readonly dependencies: readonly (Status | undefined)[];
};

/** Performs one mutation on a layer of its own. A refusal leaves nothing but its code. */
export async function performOne(task: Task): Promise<Done> {
	const { prepared, verdict } = task;
	if (prepared.problem === 'not_understood') return refused(task, 'not_understood');
	if (prepared.problem === 'withdrawn') return withdrawn(task);
	if (prepared.problem === 'unknown') return unknown(task);
	if (verdict?.status === 'parked') return parked(task, verdict.waitsFor);

	const layer = task.work.open();
	try {
		if (verdict) throw new Rejection(verdict.refusal);
		return await applied(task, prepared.mutator, prepared.args, layer);
	} catch (error) {
		if (error instanceof Rejection) return rejected(task, prepared.mutator, prepared.args, error);
		throw crashOf(task, layer, error);
	}
}

async function applied(
	task: Task,
	mutator: AnyMutator,
	args: unknown,
	layer: Layer,
): Promise<Done> {
	const { claim, prepared } = task;
	const actor = actorFor(mutator, prepared.member.actor, judged(task));
	requireRole(actor, claim.eff, mutator.by);
	const blocked = task.dependencies.some((each) => each === 'refused' || each === 'parked');
	if (blocked && mutator.kind === 'request') throw new Rejection('depends_on');

	const { context, events } = contextOn(task, layer, actor);
	const ids: Ids = (await mutator.run(context, args)) ?? {};
	for (const event of events) await react(task.reactions, context, event);
	const answer = (await prepared.member.answer?.(layer.store, ids)) ?? null;
	return kept(task, layer, {
		status: layer.changes().length > 0 ? 'applied' : 'noop',
		refusal: null,
		answer: { ids, ...(answer === null ? {} : { answer }) },
	});
}

/** A refused request is remembered; a refused report is adjudicated and remembered. */
async function rejected(
	task: Task,
	mutator: AnyMutator,
	args: unknown,
	rejection: Rejection,
): Promise<Done> {
	const refusal = rejection.code;
	const layer = task.work.open();
	const { member } = task.prepared;
	const actor = actorFor(mutator, member.actor, judged(task));
	const { context } = contextOn(task, layer, actor);
	try {
		if (mutator.kind === 'report' && mutator.late && !neverRecorded.includes(refusal)) {
			await mutator.late(context, args, refusal);
			return await kept(task, layer, {
				status: 'recorded',
				refusal,
				answer: { extras: rejection.extras },
			});
		}
		const looked = (await mutator.explain?.(context, args, refusal)) ?? {};
		return refused(task, refusal, { ...rejection.extras, ...looked });
	} catch (error) {
		throw crashOf(task, layer, error);
	}
}

/** Reports are refused like requests for these: nobody entitled says anything about a known thing. */
const neverRecorded: readonly Refusal[] = ['not_understood', 'not_allowed', 'not_found'];

const judged = ({ claim, now, firstContact }: Task): Judged => ({
	now,
	at: claim.eff,
	knownSince: firstContact ?? claim.receivedAt,
});

function contextOn(task: Task, layer: Layer, actor: Context['actor']) {
	const { claim, now, prepared } = task;
	const events: DomainEvent[] = [];
	const context: Context = {
		actor,
		now,
		at: claim.eff,
		base: prepared.member.mutation.base,
		store: layer.store,
		tell: (event) => void events.push(event),
		newId: derivedIds(claim.id, claim.at),
	};
	return { context, events };
}

async function react(reactions: Reactions, context: Context, event: DomainEvent): Promise<void> {
	const reaction = reactions[event.event] as Reaction<EventName>;
	await reaction(context, event);
}

async function kept(
	task: Task,
	layer: Layer,
	ending: Omit<LogOutcome, 'id' | 'scopes'>,
): Promise<Done> {
	const touches = await touchesOf(layer);
	layer.keep();
	const scopes = [...new Set(touches.map((each) => each.scope))];
	return { outcome: { id: task.claim.id, ...ending, scopes }, touches };
}

const refused = (task: Task, refusal: Refusal, extras: object = {}): Done => ({
	outcome: { id: task.claim.id, status: 'refused', refusal, answer: { extras }, scopes: [] },
	touches: [],
});

/** Its person took it back before it was sent: its number is used up, and nothing else. */
const withdrawn = (task: Task): Done => ({
	outcome: { id: task.claim.id, status: 'noop', refusal: null, answer: null, scopes: [] },
	touches: [],
});

/**
 * Waits for a server that knows it. Beyond the day's limit it is refused: nobody could look at what
 * nobody understands, every start would read it again, and its person learns of it at once.
 */
const unknown = (task: Task): Done =>
	task.verdict?.status === 'parked' && task.verdict.waitsFor === 'flood'
		? refused(task, 'too_many_reports')
		: parked(task, 'unknown');

function parked({ claim, prepared }: Task, waitsFor: ParkedFor): Done {
	const { base, after } = prepared.member.mutation;
	const kept: Parked = { waitsFor, base, after };
	const { id } = claim;
	return {
		outcome: { id, status: 'parked', refusal: null, answer: { parked: kept }, scopes: [] },
		touches: [],
	};
}

/** An outage stays what it is; anything else that rules throw is a bug of theirs. */
const crashOf = (task: Task, layer: Layer, error: unknown): unknown =>
	layer.outage ?? (error instanceof RuleCrash ? error : new RuleCrash(task.claim.id, error));
