import type { AssignmentReason } from './entity.ts';

/** A worker of the shop as the choice sees him. */
export type Candidate = {
	readonly workerId: string;
	/** Why he is left out, or null. */
	readonly why: 'away' | 'skill' | 'busy' | 'declined' | null;
	/** Minutes planned or done on the local day and in the local week of the job. */
	readonly dayMinutes: number;
	readonly weekMinutes: number;
	/** Share of the work he is given, 100 for a full one. */
	readonly weight: number;
	/** Minutes that would stay free beside the job. */
	readonly spareMinutes: number;
	/** When he was last given a job that the day or the week knows; null: not at all. */
	readonly lastAssignedAt: string | null;
};

type Compare = (a: Candidate, b: Candidate) => number;

export type Choice = { readonly workerId: string; readonly reason: AssignmentReason };

/** What decided, from the first to the last; the customer's wish comes before all of them. */
const criteria: readonly { readonly by: string; readonly compare: Compare }[] = [
	{ by: 'day_load', compare: (a, b) => ascending(load(a, a.dayMinutes), load(b, b.dayMinutes)) },
	{ by: 'week_load', compare: (a, b) => ascending(load(a, a.weekMinutes), load(b, b.weekMinutes)) },
	{ by: 'tightest_fit', compare: (a, b) => ascending(a.spareMinutes, b.spareMinutes) },
	{
		by: 'longest_waiting',
		compare: (a, b) => ascending(a.lastAssignedAt ?? '', b.lastAssignedAt ?? ''),
	},
	{ by: 'order', compare: (a, b) => ascending(a.workerId, b.workerId) },
];

/**
 * Who gets the job, and why, in words that the office can read: who was left out and for what, the
 * load of everyone who could, and which criterion decided. Null when nobody can.
 *
 * The order: the worker the customer wished for; least load of the local day by his weight; least
 * load of the local week; the tightest fit, so that long gaps stay whole; who waited longest; his id,
 * so that the same question always has the same answer. Ratings, presence and leave have no part yet:
 * nothing records them.
 */
export function chooseWorker(
	candidates: readonly Candidate[],
	preferredWorkerId: string | null,
): Choice | null {
	const [first, second] = candidates.filter((each) => each.why === null).sort(byAll);
	if (!first) return null;
	const able = candidates.filter((each) => each.why === null);
	const wished = able.find((each) => each.workerId === preferredWorkerId);
	const chosenBy = wished ? 'wish' : second ? decidedBy(first, second) : 'only_one';
	return { workerId: (wished ?? first).workerId, reason: { chosenBy, ...account(candidates) } };
}

const byAll = (a: Candidate, b: Candidate): number =>
	criteria.map(({ compare }) => compare(a, b)).find((order) => order !== 0) ?? 0;

const decidedBy = (first: Candidate, second: Candidate): string =>
	criteria.find(({ compare }) => compare(first, second) !== 0)?.by ?? 'order';

/** A worker of weight 0 gets a job only when nobody else can do it. */
const load = ({ weight }: Candidate, minutes: number): number =>
	weight === 0 ? Infinity : minutes / (weight / 100);

const ascending = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);

function account(candidates: readonly Candidate[]): Omit<AssignmentReason, 'chosenBy'> {
	const inOrder = [...candidates].sort((a, b) => ascending(a.workerId, b.workerId));
	return {
		load: inOrder
			.filter((each) => each.why === null)
			.map((each) => ({ workerId: each.workerId, minutes: each.dayMinutes })),
		filtered: inOrder.flatMap(({ workerId, why }) => (why === null ? [] : [{ workerId, why }])),
	};
}
