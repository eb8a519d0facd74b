import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import config from '../../.dependency-cruiser.mjs';

const root = path.resolve(import.meta.dirname, '../..');

/** One import that each arrow rule must catch: rule, the file that imports, what it imports. */
const violations = [
	['no-cycles', 'sync/core/egg.ts', '#sync/core/hen.ts'],
	['no-dangling-imports', 'sync/core/gone.ts', './never-written.ts'],
	['product-knows-no-tests', 'server/domain/proof.ts', '#tests/support/cast.ts'],
	['server-runs-without-build-tools', 'server/built.ts', 'vite'],
	['main-is-the-end', 'server/again.ts', '#server/main.ts'],
	['sync-is-the-ground', 'sync/job/file.ts', 'node:fs'],
	['sync-is-the-ground', 'sync/job/up.ts', '#server/db/store.ts'],
	['sync-is-the-ground', 'sync/job/dates.ts', 'dexie'],
	['core-knows-no-noun', 'sync/core/noun.ts', '#sync/job/entity.ts'],
	['rules-are-pure', 'sync/job/rules.ts', '#sync/registry.ts'],
	['rules-are-pure', 'sync/bike/rules.ts', './mutators.ts'],
	['rules-are-pure', 'sync/bike/laws.ts', './mutators.ts'],
	['rules-are-pure', 'sync/shop/rules.ts', '#sync/protocol/wire.ts'],
	['device-and-server-never-meet', 'src/lib/device/direct.ts', '#server/domain/perform.ts'],
	['server-and-device-never-meet', 'server/domain/shown.ts', '#lib/device/sync/outbox.ts'],
	['routes-only-speak', 'server/routes/sql.ts', '#server/db/store.ts'],
	['routes-only-speak', 'server/routes/loop.ts', '#server/app.ts'],
	['domain-looks-down', 'server/domain/asks.ts', '#server/routes/job.ts'],
	['domain-looks-down', 'server/domain/sends.ts', '#server/outside/sms.ts'],
	['db-is-the-cellar', 'server/db/upstairs.ts', '#server/domain/perform.ts'],
	['reports-only-read-the-db', 'server/reports/acts.ts', '#server/domain/perform.ts'],
	['domain-looks-down', 'server/domain/judges.ts', '#server/laws/watch.ts'],
	['laws-only-look', 'server/laws/acts.ts', '#server/domain/perform.ts'],
	['laws-only-look', 'server/laws/asks.ts', 'pg'],
	['clock-performs-only', 'server/clock/sends.ts', '#server/outside/sms.ts'],
	['outside-is-a-port', 'server/outside/curious.ts', '#server/domain/perform.ts'],
	['http-stays-at-the-door', 'server/domain/web.ts', 'hono'],
	['http-stays-at-the-door', 'server/db/web.ts', '@hono/node-server'],
	['sql-stays-in-the-cellar', 'server/domain/query.ts', 'pg'],
	['sql-stays-in-the-cellar', 'server/routes/query.ts', 'drizzle-orm'],
	['one-way-to-data', 'src/routes/+page.ts', 'rxdb'],
	['one-way-to-data', 'src/lib/parts/job/JobCard.svelte', 'dexie'],
	['device-sync-runs-anywhere', 'src/lib/device/sync/kept.ts', 'dexie'],
	['device-floors', 'src/lib/device/browser/opens.ts', '#lib/device/session/start.ts'],
	['device-shows-nothing', 'src/lib/device/shows.ts', '#lib/ui/Button.svelte'],
	['parts-get-props', 'src/lib/parts/job/JobList.svelte', '#lib/device/sync/outbox.ts'],
	['ui-knows-no-noun', 'src/lib/ui/JobButton.svelte', '#lib/parts/job/JobRow.svelte'],
	['ui-knows-no-noun', 'src/lib/ui/state.ts', '#sync/job/entity.ts'],
	['words-are-words', 'src/lib/words/shown.ts', '#lib/ui/Button.svelte'],
	['no-route-imports-a-route', 'src/routes/signin/+page.svelte', '../bikes/Row.svelte'],
	['no-route-imports-a-route', 'src/routes/+layout.svelte', './bikes/Row.svelte'],
] as const;

/** Imports as they should be: none of them may be reported. */
const arrows = [
	['sync/core/fields.ts', 'zod/mini'],
	['sync/job/entity.ts', '#sync/core/hen.ts'],
	['sync/booking/rules.ts', '#sync/job/entity.ts'],
	['sync/slot/rules.ts', './week.ts'],
	['sync/registry.ts', '#sync/job/entity.ts'],
	['server/app.ts', '#server/routes/job.ts'],
	['server/routes/job.ts', '#server/domain/perform.ts'],
	['server/domain/perform.ts', '#server/db/store.ts'],
	['server/db/store.ts', '#sync/registry.ts'],
	['server/db/connect.ts', 'pg'],
	['server/clock/sweeps.ts', '#server/domain/perform.ts'],
	['server/laws/watch.ts', '#server/db/store.ts'],
	['server/main.ts', '#server/app.ts'],
	['scripts/start.ts', '#server/main.ts'],
	['src/lib/device/browser/outbox-database.ts', 'dexie'],
	['src/lib/parts/job/JobRow.svelte', '#lib/ui/Button.svelte'],
	['src/routes/bikes/+page.svelte', './Row.svelte'],
	['src/routes/bikes/Row.svelte', '#lib/device/sync/outbox.ts'],
	['tests/support/cast.ts', '#server/domain/perform.ts'],
] as const;

const bare = [
	'sync/core/hen.ts',
	'sync/bike/mutators.ts',
	'sync/protocol/wire.ts',
	'sync/slot/week.ts',
	'server/outside/sms.ts',
	'src/lib/device/session/start.ts',
	'src/lib/device/sync/outbox.ts',
	'src/lib/ui/Button.svelte',
];

type Found = { from: string; rule: { name: string } };

describe('the borders of the house', () => {
	const house = mkdtempSync(path.join(os.tmpdir(), 'moto-borders-'));
	let found: Found[] = [];

	beforeAll(() => {
		for (const file of bare) plant(house, file, null);
		for (const [file, target] of arrows) plant(house, file, target);
		for (const [, file, target] of violations) plant(house, file, target);
		plant(house, 'sync/core/hen.ts', '#sync/core/egg.ts');
		furnish(house);
		found = cruise(house);
	});
	afterAll(() => rmSync(house, { recursive: true }));

	it.each(violations)('%s: %s may not import %s', (rule, file) => {
		expect(found.filter((it) => it.from === file).map((it) => it.rule.name)).toContain(rule);
	});

	it.each(arrows)('%s may import %s', (file) => {
		expect(found.filter((it) => it.from === file)).toEqual([]);
	});

	it('has a planted violation for every rule', () => {
		const planted = new Set<string>(violations.map(([rule]) => rule));

		expect(config.forbidden.map((rule) => rule.name).filter((name) => !planted.has(name))).toEqual(
			[],
		);
	});
});

function plant(house: string, file: string, target: string | null): void {
	const full = path.join(house, file);
	mkdirSync(path.dirname(full), { recursive: true });
	const line =
		target === null ? 'export const it = 1;' : `import * as it from '${target}';\nvoid it;`;
	writeFileSync(full, file.endsWith('.svelte') ? `<script lang="ts">\n${line}\n</script>\n` : line);
}

/** The project's own settings and packages, so that the real rules judge the planted files. */
function furnish(house: string): void {
	for (const name of ['.dependency-cruiser.mjs', 'package.json', 'node_modules']) {
		symlinkSync(path.join(root, name), path.join(house, name));
	}
	const compilerOptions = { module: 'esnext', moduleResolution: 'bundler', target: 'esnext' };
	writeFileSync(path.join(house, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
}

function cruise(house: string): Found[] {
	const cli = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
	const folders = ['sync', 'server', 'src', 'scripts', 'tests'];
	const { stdout } = spawnSync(
		process.execPath,
		[cli, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...folders],
		{ cwd: house, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
	);
	return (JSON.parse(stdout) as { summary: { violations: Found[] } }).summary.violations;
}
