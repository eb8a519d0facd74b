import process from 'node:process';

import { sveltekit } from '@sveltejs/kit/vite';
import { defaultClientConditions, defineConfig } from 'vite';

const server = `http://127.0.0.1:${process.env.PORT ?? '3000'}`;

/**
 * What is needed at once comes in few files: as twenty small ones it compresses worse, and a cheap
 * phone takes longer to find twenty files than to read one. `first` is what every first screen is made
 * of, `visit` what those that show a visit share, `later` what is shown behind all of them. The
 * database, the rules and their parsers are in none: they come after the first screen
 * (scripts/measure-bundles.ts).
 */
const first = [
	/node_modules\/(?:svelte|@sveltejs\/kit|esm-env|clsx)\//,
	/src\/lib\/ui\/(?:icons\/.*|Page|Callout|Pill|SyncMark|Empty|Lazy|LanguageSwitch|lazily|go|looked|mark|now|at-once)\b/,
	/src\/lib\/snapshot\/(?:snapshot|kept)\.ts/,
	/src\/lib\/words\/(?:format|words\.svelte|catalogue)\.ts/,
	/src\/lib\/device\/(?:browser|running|session|live)\/(?:session|in-use|queries|sync-state|server-mode)\.svelte\.ts/,
	/src\/lib\/parts\/role\//,
	/src\/lib\/pwa\/(?:painted|install|install-prompt\.svelte)\.ts/,
];
const visit = [
	/src\/lib\/parts\/(?:action\/(?:action|difference|WorkMark)|booking\/(?:AboutVisit|booking|read-marks))\b/,
	/src\/lib\/ui\/Choice\b/,
	/src\/lib\/parts\/(?:later\.ts|vehicle\/Plate|refusal\/(?:attempts|refused))\b/,
	/src\/lib\/device\/live\/(?:perform|news\.svelte)\.ts/,
	/sync\/(?:booking|job)\/(?:rules|states)\.ts/,
];
const later = [
	/src\/lib\/parts\/(?:action\/ActionCard|job\/DeclineDialog|notice\/|refusal\/|vehicle\/AddBike)/,
	/src\/lib\/parts\/(?:behind\.ts|sign-out\/(?:StorageLine|LostCard))/,
	/src\/lib\/(?:ui\/Dialog|pwa\/(?:InstallCard|launch|register|update))\b/,
	/src\/routes\/(?:Tidings|Standing|worker\/dashboard\/StorageOfPhone)\.svelte/,
];

const isOneOf = (patterns: readonly RegExp[]) => (file: string) =>
	patterns.some((pattern) => pattern.test(file));

export default defineConfig({
	plugins: [sveltekit()],
	// Both ship an older JavaScript by default, for browsers that this app does not run in.
	resolve: { alias: [{ find: /^dexie$/, replacement: 'dexie/dist/modern/dexie.mjs' }] },
	environments: {
		client: {
			resolve: { conditions: ['es2015', ...defaultClientConditions] },
			build: {
				rolldownOptions: {
					output: {
						codeSplitting: {
							groups: [
								{ name: 'first', test: isOneOf(first) },
								{ name: 'visit', test: isOneOf(visit) },
								{ name: 'later', test: isOneOf(later) },
							],
						},
					},
				},
			},
		},
	},
	server: {
		port: 5173,
		strictPort: true,
		proxy: { '/api': server, '/docs': server },
		watch: { ignored: ['**/data/**', '**/server/**', '**/tests/**'] },
	},
	preview: { proxy: { '/api': server, '/docs': server } },
});
