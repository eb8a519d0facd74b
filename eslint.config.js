import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

import svelteConfig from './svelte.config.js';

const code = ['**/*.ts', '**/*.svelte'];

/** Code that a simulation replays: whatever is not the same twice comes in as an argument. */
const deterministic = ['sync/**/*.ts', 'server/domain/**/*.ts', 'src/lib/device/**/*.ts'];
const passedIn = 'comes in as an argument or a port here, so that a simulation can replay it.';

const impureSyntax = [
	{
		selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
		message: `Date.now() ${passedIn}`,
	},
	{
		selector: "NewExpression[callee.name='Date'][arguments.length=0]",
		message: `The present (new Date()) ${passedIn}`,
	},
	{
		selector: "CallExpression[callee.name='Date']",
		message: `The present (Date()) ${passedIn}`,
	},
	{
		selector: "MemberExpression[object.name='Math'][property.name='random']",
		message: `Math.random() ${passedIn}`,
	},
	{
		selector: 'MemberExpression[property.name=/^(randomUUID|getRandomValues)$/]',
		message: `Randomness ${passedIn}`,
	},
	{
		selector:
			'MemberExpression[object.name=/^(globalThis|window|self)$/]' +
			'[property.name=/^(fetch|setTimeout|setInterval|queueMicrotask|performance|crypto)$/]',
		message: `Timers, network and randomness: each ${passedIn}`,
	},
];

const impureGlobals = [
	'fetch',
	'setTimeout',
	'setInterval',
	'setImmediate',
	'requestAnimationFrame',
	'requestIdleCallback',
	'performance',
	'crypto',
	'navigator',
	'WebSocket',
	'EventSource',
	'XMLHttpRequest',
].map((name) => ({ name, message: `${name} ${passedIn}` }));

const anywhere = [
	{ regex: '^zod(?!/mini$)', message: 'Import zod/mini: 7 kB on the phone instead of 25.' },
	{
		regex: '^(?:\\.{1,2}/|#)(?!.*\\.(?:ts|js|mjs|json|svelte|css)$)(?!.*/\\$types$)',
		message: 'Write the extension: Node runs these files as they are.',
	},
	{ regex: '^\\$lib', message: 'Import #lib/...: it works in Vite, in TypeScript and in Node.' },
	{
		regex: '^(?:\\.\\./)+(?:sync|server|src|tests)/',
		message: 'Across folders import #sync/..., #server/..., #lib/... or #tests/...',
	},
];

/** `no-restricted-imports` replaces itself from block to block, so every block lists it in full. */
const imports = (/** @type {{ regex: string, message: string }[]} */ ...more) =>
	/** @type {['error', object]} */ (['error', { patterns: [...anywhere, ...more] }]);

const noServer = { regex: '^#server/', message: 'The device never imports the server.' };
const noDevice = { regex: '^#lib/', message: 'Only the device imports #lib.' };
const noTests = { regex: '^#tests/', message: 'The product never imports its tests.' };
const noNode = { regex: '^node:', message: 'This also runs in a browser.' };

export default defineConfig(
	globalIgnores(['.svelte-kit/', 'build/', 'data/', 'playwright-report/', 'test-results/']),
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },
	js.configs.recommended,
	ts.configs.recommendedTypeChecked.map((config) => ({ ...config, files: code })),
	svelte.configs.recommended,
	{ files: code, languageOptions: { parserOptions: { projectService: true } } },
	{ files: ['**/*.svelte'], languageOptions: { parserOptions: { parser: ts.parser } } },
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: {
			globals: globals.browser,
			parserOptions: { extraFileExtensions: ['.svelte'], parser: ts.parser, svelteConfig },
		},
	},
	{ files: ['*.js', '*.mjs'], languageOptions: { globals: globals.node } },
	{
		// The worker lives in another world of types than the pages.
		files: ['src/service-worker.ts'],
		languageOptions: {
			parserOptions: { projectService: false, project: './tsconfig.worker.json' },
		},
	},
	{
		files: code,
		rules: {
			'no-undef': 'off', // TypeScript knows better.
			eqeqeq: ['error', 'always', { null: 'ignore' }],
			'no-console': 'error',
			'no-restricted-imports': imports(),
			'@typescript-eslint/no-floating-promises': 'error',
			// A mutator or a port is asynchronous by its contract, whether or not it waits itself.
			'@typescript-eslint/require-await': 'off',
			'@typescript-eslint/consistent-type-imports': 'error',
			'@typescript-eslint/no-non-null-assertion': 'error',
			'@typescript-eslint/use-unknown-in-catch-callback-variable': 'error',
			'@typescript-eslint/switch-exhaustiveness-check': 'error',
			'@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
			'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
			'max-lines-per-function': ['error', { max: 60 }],
			complexity: ['error', 10],
		},
	},
	{
		files: ['**/*.svelte'],
		rules: {
			'max-lines': ['error', { max: 200 }],
			'prefer-const': 'off',
			'svelte/prefer-const': ['error', { excludedRunes: ['$props', '$bindable'] }],
			'svelte/no-at-html-tags': 'error',
			'svelte/block-lang': ['error', { script: 'ts' }],
			'svelte/button-has-type': 'error',
			'svelte/no-target-blank': 'error',
			// The security policy forbids them; `style:name={value}` is allowed, and works.
			'svelte/no-inline-styles': ['error', { allowTransitions: true }],
		},
	},
	{ files: ['src/**'], rules: { 'no-restricted-imports': imports(noServer, noTests, noNode) } },
	{ files: ['server/**'], rules: { 'no-restricted-imports': imports(noDevice, noTests) } },
	{
		files: ['sync/**'],
		rules: { 'no-restricted-imports': imports(noServer, noDevice, noTests, noNode) },
	},
	{
		files: deterministic,
		rules: {
			'no-restricted-syntax': ['error', ...impureSyntax],
			'no-restricted-globals': ['error', ...impureGlobals],
		},
	},
	{
		files: ['tests/**'],
		rules: {
			'max-lines-per-function': 'off',
			complexity: 'off',
			'no-console': 'off', // Measurements are printed.
			'@typescript-eslint/no-non-null-assertion': 'off',
			// An `expect` on a method reads the method without calling it.
			'@typescript-eslint/unbound-method': 'off',
		},
	},
	{ files: ['scripts/**'], rules: { 'no-console': 'off' } },
);
