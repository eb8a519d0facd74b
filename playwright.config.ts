import process from 'node:process';

import { defineConfig } from '@playwright/test';

import { findChromium } from './scripts/chromium.ts';

const executablePath = findChromium();

/**
 * Each test file starts its own server on its own folder and port (tests/support), because tests
 * kill servers and browsers; so there is no shared `webServer` here. A failure is never retried.
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
