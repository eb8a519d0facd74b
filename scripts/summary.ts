/** How many tests of a suite, or of all suites together, ended in which way. */
export type Counts = { passed: number; failed: number; skipped: number };

type VitestReport = {
	numPassedTests: number;
	numFailedTests: number;
	numPendingTests: number;
	numTodoTests: number;
	testResults: { status: string; assertionResults: unknown[] }[];
};

type PlaywrightReport = {
	stats: { expected: number; unexpected: number; flaky: number; skipped: number };
	errors: unknown[];
};

/** A file that could not be loaded has no tests to fail, so it counts as one failure itself. */
export function countsOfVitest(written: unknown): Counts | null {
	const report = written as VitestReport | null;
	if (report === null) return null;
	const unloaded = report.testResults.filter(
		(file) => file.status === 'failed' && file.assertionResults.length === 0,
	);
	return {
		passed: report.numPassedTests,
		failed: report.numFailedTests + unloaded.length,
		skipped: report.numPendingTests + report.numTodoTests,
	};
}

/** A test that passed only at the second try is a failure: it says that something is left to luck. */
export function countsOfPlaywright(written: unknown): Counts | null {
	const report = written as PlaywrightReport | null;
	if (report === null) return null;
	const { stats, errors } = report;
	return {
		passed: stats.expected,
		failed: stats.unexpected + stats.flaky + errors.length,
		skipped: stats.skipped,
	};
}

/**
 * What a suite reported, put right by how its process ended: a runner that fails without naming a
 * test (an error outside any test, a crash before the report) is one failure more than none.
 */
export function countsOfRun(code: number, reported: Counts | null): Counts {
	const counts = reported ?? { passed: 0, failed: 0, skipped: 0 };
	const failedUnseen = counts.failed === 0 && (code !== 0 || reported === null);
	return failedUnseen ? { ...counts, failed: 1 } : counts;
}

export function sum(suites: readonly Counts[]): Counts {
	const total = { passed: 0, failed: 0, skipped: 0 };
	for (const suite of suites) {
		total.passed += suite.passed;
		total.failed += suite.failed;
		total.skipped += suite.skipped;
	}
	return total;
}

export function line({ passed, failed, skipped }: Counts): string {
	return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** Nothing failed and something ran: a run without tests proves nothing and is not a success. */
export function succeeded(counts: Counts): boolean {
	return counts.failed === 0 && counts.passed > 0;
}
