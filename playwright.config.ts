import process from 'node:process';

import { defineConfig } from '@playwright/test';

import { findChromium } from './scripts/chromium.ts';

const executablePath = findChromium();

/**
 * Each worker starts one town of its own, on its own folder and port (tests/support/e2e); tests take
 * people of their own in it and may kill the server, so there is no shared `webServer` here. A
 * failure is never retried.
 */
export default defineConfig({
	testDir: 'tests/e2e',
	outputDir: 'test-results',
	timeout: 120_000,
	expect: { timeout: 30_000 },
	retries: 0,
	workers: 2,
	forbidOnly: process.env.CI !== undefined,
	use: {
		browserName: 'chromium',
		actionTimeout: 30_000,
		navigationTimeout: 30_000,
		locale: 'en-IN',
		timezoneId: 'Asia/Kolkata',
		trace: 'retain-on-failure',
		launchOptions: executablePath === null ? {} : { executablePath },
	},
});
