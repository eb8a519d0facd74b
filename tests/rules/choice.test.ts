import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { chooseWorker, type Candidate } from '#sync/job/choice.ts';
import { assignmentReason } from '#sync/job/entity.ts';
import { aCandidate } from '#tests/support/builders.ts';

const chosen = (candidates: readonly Candidate[], wish: string | null = null) => {
	const choice = chooseWorker(candidates, wish);
	return [choice?.workerId, choice?.reason.chosenBy];
};
const ravi = (over: Partial<Candidate> = {}) => aCandidate({ workerId: 'ravi', ...over });
const meena = (over: Partial<Candidate> = {}) => aCandidate({ workerId: 'meena', ...over });

describe('choosing the worker', () => {
	it('takes nobody when nobody can', () => {
		expect(chooseWorker([ravi({ why: 'busy' }), meena({ why: 'skill' })], null)).toBe(null);
	});

	it('takes the only one who can', () => {
		expect(chosen([ravi(), meena({ why: 'declined' })])).toEqual(['ravi', 'only_one']);
	});

	it('takes the one the customer wished for, whatever he has to do', () => {
		expect(chosen([ravi({ dayMinutes: 400 }), meena()], 'ravi')).toEqual(['ravi', 'wish']);
	});

	it('takes another when the wished one cannot', () => {
		expect(chosen([ravi({ why: 'busy' }), meena()], 'ravi')).toEqual(['meena', 'only_one']);
	});

	it.each<[string, Partial<Candidate>, Partial<Candidate>]>([
		['day_load', { dayMinutes: 60, weekMinutes: 900 }, { dayMinutes: 90 }],
		['day_load', { dayMinutes: 120 }, { dayMinutes: 90, weight: 50 }],
		['day_load', { dayMinutes: 400 }, { weight: 0 }],
		['week_load', { weekMinutes: 60, spareMinutes: 90 }, { weekMinutes: 90 }],
		['tightest_fit', { spareMinutes: 30 }, { spareMinutes: 60 }],
		['longest_waiting', { lastAssignedAt: '2026-11-20' }, { lastAssignedAt: '2026-11-21' }],
		['longest_waiting', { lastAssignedAt: null }, { lastAssignedAt: '2026-11-21' }],
	])('goes by %s: Ravi with %o before Meena with %o', (by, his, hers) => {
		expect(chosen([meena(hers), ravi(his)])).toEqual(['ravi', by]);
	});

	it('goes by the order of ids when all else is equal', () => {
		expect(chosen([ravi(), meena()])).toEqual(['meena', 'order']);
	});

	it('keeps an account that the office can read', () => {
		const imran = aCandidate({ workerId: 'imran', why: 'skill' });

		expect(
			chooseWorker([ravi({ dayMinutes: 120 }), meena({ dayMinutes: 60 }), imran], null),
		).toEqual({
			workerId: 'meena',
			reason: {
				chosenBy: 'day_load',
				load: [
					{ workerId: 'meena', minutes: 60 },
					{ workerId: 'ravi', minutes: 120 },
				],
				filtered: [{ workerId: 'imran', why: 'skill' }],
			},
		});
	});
});

const candidates = fc.uniqueArray(
	fc.record<Candidate>({
		workerId: fc.constantFrom('anil', 'bina', 'cyrus', 'devi', 'esha'),
		why: fc.constantFrom(null, null, null, 'away', 'skill', 'busy', 'declined'),
		dayMinutes: fc.constantFrom(0, 60, 120),
		weekMinutes: fc.constantFrom(0, 60, 120),
		weight: fc.constantFrom(0, 50, 100, 200),
		spareMinutes: fc.constantFrom(0, 30),
		lastAssignedAt: fc.constantFrom(null, '2026-11-20', '2026-11-21'),
	}),
	{ selector: (each) => each.workerId, minLength: 1 },
);
const wish = fc.constantFrom(null, 'anil', 'bina');
/** The whole order in one comparison, written down once more and otherwise. */
const rank = (each: Candidate): (string | number)[] => [
	each.weight === 0 ? Infinity : (each.dayMinutes * 100) / each.weight,
	each.weight === 0 ? Infinity : (each.weekMinutes * 100) / each.weight,
	each.spareMinutes,
	each.lastAssignedAt ?? '',
	each.workerId,
];
const comesBefore = (a: Candidate, b: Candidate): boolean => {
	const [left, right] = [rank(a), rank(b)];
	const differs = left.findIndex((value, index) => value !== right[index]);
	return differs >= 0 && (left[differs] ?? 0) < (right[differs] ?? 0);
};

describe('any choice', () => {
	it('is the first of those who can, and never one who cannot', () => {
		fc.assert(
			fc.property(candidates, wish, (all, preferred) => {
				const able = all.filter((each) => each.why === null);
				const choice = chooseWorker(all, preferred);
				expect(choice === null).toBe(able.length === 0);
				if (choice === null) return;
				const taken = able.find((each) => each.workerId === choice.workerId);
				expect(taken).toBeDefined();
				if (able.some((each) => each.workerId === preferred))
					expect(choice.workerId).toBe(preferred);
				else expect(able.some((each) => taken && comesBefore(each, taken))).toBe(false);
			}),
			{ numRuns: 2_000 },
		);
	});

	it('does not depend on the order of the rows, and can be stored', () => {
		fc.assert(
			fc.property(candidates, wish, (all, preferred) => {
				const choice = chooseWorker(all, preferred);
				expect(chooseWorker([...all].reverse(), preferred)).toEqual(choice);
				if (choice) expect(assignmentReason.safeParse(choice.reason).success).toBe(true);
			}),
			{ numRuns: 1_000 },
		);
	});

	it('explains everybody: with a load who could, with a reason who could not', () => {
		fc.assert(
			fc.property(candidates, (all) => {
				const { load = [], filtered = [] } = chooseWorker(all, null)?.reason ?? {};
				fc.pre(all.some((each) => each.why === null));
				const told = [...load, ...filtered].map((each) => each.workerId).sort();
				expect(told).toEqual(all.map((each) => each.workerId).sort());
			}),
		);
	});
});
