import { median } from './figures.ts';
import type { Place } from './place.ts';

/**
 * Where a figure was taken. The floor is what the bare stack does without sign-in and rules; on the
 * device there is no server.
 */
export const sides = ['floor', 'device', 'embedded', 'postgres'] as const;
export type Side = (typeof sides)[number];

/** Figures by name, all of one run. */
export type Figures = Readonly<Record<string, number>>;

export type Contender = {
	readonly side: Side;
	/** One run; the same work is new each time. */
	readonly run: () => Promise<Figures>;
	readonly close: () => Promise<void>;
};

/** What a figure means: shown beside it, never judged by the program. */
type Meaning = {
	readonly unit: string;
	/** What was aimed at, in words. */
	readonly goal?: string;
};

export type Measure = {
	readonly name: string;
	readonly title: string;
	/** Figures in the order they are shown. */
	readonly meanings: Readonly<Record<string, Meaning>>;
	/** How often each contender runs, after one run that does not count; 0: once, where nothing warms. */
	readonly rounds: number;
	/** Each opens one contender; in this order, they run in that of the sides. */
	readonly contenders: (place: Place) => readonly (() => Promise<Contender>)[];
};

export type Spread = {
	readonly median: number;
	readonly min: number;
	readonly max: number;
	readonly runs: number;
};
export type Line = {
	readonly figure: string;
	readonly unit: string;
	readonly goal: string | null;
	readonly sides: Readonly<Partial<Record<Side, Spread>>>;
};
export type Result = { readonly name: string; readonly title: string; readonly lines: Line[] };

/**
 * Lets the contenders run in turn: floor, ours, floor, ours. What else the machine does then falls
 * on all of them, and the ratios hold where the absolute figures do not. The first round warms up.
 */
export async function hold(measure: Measure, place: Place): Promise<Result> {
	const contenders: Contender[] = [];
	const taken = new Map<Side, Figures[]>();
	try {
		for (const open of measure.contenders(place)) contenders.push(await open());
		contenders.sort((a, b) => sides.indexOf(a.side) - sides.indexOf(b.side));
		const rounds = place.quick ? 0 : measure.rounds;
		for (let round = 0; round <= rounds; round += 1)
			for (const { side, run } of contenders) {
				const figures = await run();
				if (round > 0 || rounds === 0) taken.set(side, [...(taken.get(side) ?? []), figures]);
			}
	} finally {
		for (const each of contenders) await each.close();
	}
	const { name, title, meanings } = measure;
	const lines = Object.entries(meanings).map(([figure, { unit, goal = null }]) => ({
		...{ figure, unit, goal },
		sides: Object.fromEntries(
			[...taken].flatMap(([side, runs]) => {
				const values = runs.flatMap((each) => each[figure] ?? []);
				return values.length === 0 ? [] : [[side, spreadOf(values)]];
			}),
		),
	}));
	return { name, title, lines };
}

const spreadOf = (values: readonly number[]): Spread => ({
	median: median(values),
	min: Math.min(...values),
	max: Math.max(...values),
	runs: values.length,
});
