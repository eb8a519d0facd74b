import path from 'node:path';

import { ESLint } from 'eslint';
import ts from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** The project's own rules, without the few that need a whole program of types. */
const eslint = new ESLint({
	cwd: root,
	overrideConfig: [
		{
			...ts.configs.disableTypeChecked,
			languageOptions: { parserOptions: { projectService: false, program: null } },
			rules: { ...ts.configs.disableTypeChecked.rules, 'svelte/no-unused-props': 'off' },
		},
	],
});

const deterministic = [
	'sync/job/rules.ts',
	'server/domain/perform.ts',
	'src/lib/device/sync/outbox.ts',
];
const impure = [
	'Date.now()',
	'new Date()',
	'Date()',
	'Math.random()',
	'setTimeout(() => 1, 5)',
	'setInterval(() => 1, 5)',
	'crypto.randomUUID()',
	'crypto.getRandomValues(new Uint8Array(4))',
	'globalThis.setTimeout(() => 1, 5)',
	"globalThis.fetch('/api')",
	"fetch('/api')",
	'performance.now()',
];

const forbiddenImports = [
	['src/lib/device/sync/outbox.ts', '#server/db/store.ts'],
	['src/routes/+page.svelte', '#server/db/store.ts'],
	['server/domain/perform.ts', '#lib/device/sync/outbox.ts'],
	['sync/job/rules.ts', '#lib/device/sync/outbox.ts'],
	['sync/job/rules.ts', '#server/db/store.ts'],
	['sync/job/rules.ts', 'node:fs'],
	['sync/job/entity.ts', 'zod'],
	['server/domain/perform.ts', '#tests/support/cast.ts'],
	['server/domain/perform.ts', './reactions'],
	['src/routes/+page.svelte', '$lib/ui/Button.svelte'],
	['server/domain/perform.ts', '../../sync/registry.ts'],
] as const;

describe.each(deterministic)('in %s, which a simulation replays,', (file) => {
	it.each(impure)('%s is refused', async (call) => {
		const broken = await rulesBrokenBy(file, `export const it = ${call};\n`);

		expect(broken.some((rule) => rule.startsWith('no-restricted-'))).toBe(true);
	});

	it('a date that was passed in is welcome', async () => {
		const source = 'export const year = (now: string) => new Date(now).getUTCFullYear();\n';

		expect(await rulesBrokenBy(file, source)).toEqual([]);
	});
});

describe('an import', () => {
	it.each(forbiddenImports)('in %s of %s is refused', async (file, target) => {
		const line = `import * as it from '${target}';\nvoid it;`;
		const source = file.endsWith('.svelte') ? `<script lang="ts">\n\t${line}\n</script>\n` : line;

		expect(await rulesBrokenBy(file, source)).toContain('no-restricted-imports');
	});
});

describe('a component', () => {
	it('never writes raw HTML', async () => {
		const source =
			'<script lang="ts">\n\tconst { note }: { note: string } = $props();\n</script>\n{@html note}\n';

		expect(await rulesBrokenBy('src/lib/ui/Note.svelte', source)).toContain(
			'svelte/no-at-html-tags',
		);
	});

	it('keeps under 200 lines', async () => {
		const source = '<p>one line</p>\n'.repeat(201);

		expect(await rulesBrokenBy('src/lib/ui/Long.svelte', source)).toContain('max-lines');
	});
});

describe('a file', () => {
	it('keeps under 300 lines', async () => {
		const source = 'export {};\n'.repeat(301);

		expect(await rulesBrokenBy('server/domain/long.ts', source)).toContain('max-lines');
	});

	it('keeps its functions under 60 lines', async () => {
		const source = `export function long() {\n${'\tvoid 1;\n'.repeat(61)}}\n`;

		expect(await rulesBrokenBy('server/domain/long.ts', source)).toContain(
			'max-lines-per-function',
		);
	});
});

async function rulesBrokenBy(file: string, source: string): Promise<string[]> {
	const [result] = await eslint.lintText(source, { filePath: path.join(root, file) });
	return (result?.messages ?? []).map((message) => message.ruleId ?? message.message);
}
