import { describe, expect, it } from 'vitest';

import {
	countsOfPlaywright,
	countsOfRun,
	countsOfVitest,
	line,
	succeeded,
	sum,
} from '../../scripts/summary.ts';

const vitestReport = {
	numPassedTests: 3,
	numFailedTests: 1,
	numPendingTests: 2,
	numTodoTests: 1,
	testResults: [{ status: 'failed', assertionResults: [{}] }],
};

describe('the last line of a test run', () => {
	it('sums every suite', () => {
		const suites = [
			{ passed: 3, failed: 1, skipped: 2 },
			{ passed: 40, failed: 0, skipped: 0 },
		];

		expect(line(sum(suites))).toBe('43 passed, 1 failed, 2 skipped');
	});

	it('is a success only when something ran and nothing failed', () => {
		expect(succeeded({ passed: 1, failed: 0, skipped: 0 })).toBe(true);
		expect(succeeded({ passed: 1, failed: 1, skipped: 0 })).toBe(false);
		expect(succeeded({ passed: 0, failed: 0, skipped: 5 })).toBe(false);
	});
});

describe('a report of Vitest', () => {
	it('counts tests that are left to do as skipped', () => {
		expect(countsOfVitest(vitestReport)).toEqual({ passed: 3, failed: 1, skipped: 3 });
	});

	it('counts a file that did not load as a failure', () => {
		const unloaded = { status: 'failed', assertionResults: [] };
		const report = { ...vitestReport, testResults: [...vitestReport.testResults, unloaded] };

		expect(countsOfVitest(report)).toMatchObject({ failed: 2 });
	});
});

describe('a report of Playwright', () => {
	it('counts a test that passed at the second try, and an error outside tests, as failures', () => {
		const stats = { expected: 5, unexpected: 1, flaky: 1, skipped: 2 };

		expect(countsOfPlaywright({ stats, errors: [{}] })).toEqual({
			passed: 5,
			failed: 3,
			skipped: 2,
		});
	});
});

describe('a runner', () => {
	it('that fails without naming a test is one failure', () => {
		expect(countsOfRun(1, { passed: 9, failed: 0, skipped: 0 })).toMatchObject({ failed: 1 });
	});

	it('that ends without a report is a failure, whatever it says', () => {
		expect(countsOfRun(0, null)).toEqual({ passed: 0, failed: 1, skipped: 0 });
	});

	it('that failed by its tests is counted once', () => {
		expect(countsOfRun(1, { passed: 9, failed: 2, skipped: 0 })).toMatchObject({ failed: 2 });
	});
});
