import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

/** What every project shares. A cold database on a busy machine takes longer than the defaults. */
const patient = {
	environment: 'node',
	testTimeout: 30_000,
	hookTimeout: 60_000,
	restoreMocks: true,
	unstubGlobals: true,
} as const;

export default defineConfig({
	test: {
		// Two cores, and each database of a server test takes half a gigabyte.
		maxWorkers: 2,
		projects: [
			{ test: { ...patient, name: 'rules', include: ['tests/rules/**/*.test.ts'] } },
			{ test: { ...patient, name: 'tools', include: ['tests/tools/**/*.test.ts'] } },
			{
				// The device's code as a browser gets it. Each file has a process of its own, because
				// RxDB counts its collections per process.
				plugins: [svelte({ compilerOptions: { runes: true } })],
				resolve: { conditions: ['browser', 'module', 'import', 'default'] },
				test: {
					...patient,
					name: 'device',
					include: ['tests/device/**/*.test.ts'],
					environment: './tests/support/device-environment.ts',
					pool: 'forks',
					server: { deps: { inline: ['svelte'] } },
				},
			},
			{
				test: {
					...patient,
					name: 'server',
					globalSetup: ['tests/support/postgres.ts'],
					include: ['tests/server/**/*.test.ts'],
					pool: 'forks',
					maxWorkers: 2,
				},
			},
			{
				// Real processes that are killed, networks that break, disks that lose their power.
				test: {
					...patient,
					name: 'chaos',
					include: ['tests/chaos/**/*.test.ts'],
					pool: 'forks',
					maxWorkers: 1,
				},
			},
			{
				test: {
					...patient,
					name: 'simulation',
					include: ['tests/simulation/**/*.test.ts'],
					testTimeout: 3_600_000,
				},
			},
			{
				test: {
					...patient,
					name: 'types',
					include: [],
					typecheck: {
						enabled: true,
						only: true,
						include: ['tests/types/**/*.test-d.ts'],
						// Errors elsewhere are told by `npm run check`, at the line where they are.
						ignoreSourceErrors: true,
						spawnTimeout: 60_000,
					},
				},
			},
		],
	},
});
