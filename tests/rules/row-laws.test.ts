import { describe, expect, it } from 'vitest';
import { breachesOf, type KnownRows, type RowLaw } from '#sync/core/law.ts';
import { rowLaws } from '#sync/laws.ts';
import { laws } from '#server/laws/all.ts';
import { someRows } from '#server/laws/known-rows.ts';
import { otherGarage } from '#tests/support/cast.ts';
import { lawCases } from '#tests/support/law-cases.ts';
import { aVisit, begun, knownOf, tablesOf } from '#tests/support/law-rows.ts';

const brokenIn = (known: KnownRows) => breachesOf(rowLaws, known).map((each) => each.law);

describe.each(rowLaws)('the law $name', (law: RowLaw) => {
	const { good = [], bad = [] } = lawCases[law.name] ?? {};

	it('lets pass what is right', () => {
		expect(good.length).toBeGreaterThan(0);
		for (const known of good) expect(law.broken(known)).toEqual([]);
	});

	it('names what is not', () => {
		expect(bad.length).toBeGreaterThan(0);
		for (const [index, known] of bad.entries())
			expect(law.broken(known), `case ${index}`).toHaveLength(1);
	});
});

describe('laws about rows', () => {
	it('all hold for an ordinary visit, before and after the bike came', () => {
		expect(brokenIn(knownOf(aVisit()))).toEqual([]);
		const working = { ...begun, time: { state: 'working' } } as const;
		expect(brokenIn(knownOf(aVisit(working)))).toEqual([]);
	});

	it('say nothing of what nobody looked at', () => {
		const [, ...rest] = aVisit({ visit: { shopId: otherGarage } });
		expect(brokenIn(someRows(tablesOf(rest)))).toEqual([]);
		expect(brokenIn(knownOf(rest))).toEqual(['job_is_of_its_booking']);
	});

	it('name ids and states, and nothing that tells of a person', () => {
		const [found] = breachesOf(rowLaws, knownOf(aVisit({ work: begun.work })));
		expect(found).toEqual({
			law: 'work_needs_the_bike',
			ids: [expect.any(String), expect.any(String)],
			states: ['confirmed', 'in_progress'],
		});
	});

	it('have names of their own, in one list with those of the books', () => {
		const names = laws.map((each) => each.name);
		expect(new Set(names).size).toBe(names.length);
		for (const each of laws) expect(each.name).toMatch(/^[a-z]+(_[a-z]+)+$/);
		for (const each of laws) expect(each.says).toMatch(/^[A-Z].*\.$/);
	});
});
