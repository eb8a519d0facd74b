import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { powerCuts } from './power.ts';
import { aReaper } from './reaper.ts';
import { print } from './table.ts';

/** `npm run test:chaos` asks for more. */
const cuts = Number(process.env['CHAOS_CUTS'] ?? 2);
const seed = Number(process.env['CHAOS_SEED'] ?? 1);

describe('a server with its database in a folder, when the power goes', () => {
	it(
		`starts again and has all it acknowledged, after ${cuts} cuts (seed ${seed})`,
		{ timeout: 180_000 + cuts * 60_000 },
		async () => {
			const place = mkdtempSync(path.join(realpathSync(tmpdir()), 'moto-power-'));
			const reaper = aReaper();
			reaper.add(place);
			const wrong: string[] = [];
			try {
				for await (const cut of powerCuts(place, reaper, cuts, seed)) {
					print(cut);
					wrong.push(...cut.wrong.map((each) => `cut ${cut.nth} during ${cut.during}: ${each}`));
				}
			} finally {
				await reaper.end();
			}
			expect(wrong).toEqual([]);
		},
	);
});
