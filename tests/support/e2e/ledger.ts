import { execFile } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

import type { Town } from './town.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

/** Asks the database of a town whose server is dead. */
async function ask<T>({ folder }: Town, statement: string): Promise<readonly T[]> {
	const script = path.join(root, 'tests/support/children/ask.ts');
	const { stdout } = await run(process.execPath, [script, folder, statement], {
		cwd: root,
		maxBuffer: 64 * 1024 * 1024,
	});
	return JSON.parse(stdout) as T[];
}

export type Consumed = {
	readonly id: string;
	readonly seq: number;
	readonly name: string;
	readonly status: string;
};

/**
 * What phones of this person have sent, as the server has it in its log, in the order of their
 * numbers. The server is dead from then on; the next test finds it alive.
 */
export async function consumedFrom(town: Town, phoneNumber: string): Promise<readonly Consumed[]> {
	await town.kill();
	return ask<Consumed>(
		town,
		`select m.mutation_id as id, m.seq::int, m.name, m.status
		from mutation m join app_user u using (user_id)
		where m.device_id is not null and u.phone = '${phoneNumber}'
		order by m.received_at, m.seq`,
	);
}

/** The town as it was at one moment, to be gone back to. */
export type Backup = { readonly restore: () => Promise<void> };

export async function backUp(town: Town): Promise<Backup> {
	const copy = `${town.folder}.backup`;
	await town.kill();
	cpSync(town.folder, copy, { recursive: true });
	await town.restart();
	return {
		async restore() {
			await town.kill();
			rmSync(town.folder, { recursive: true });
			cpSync(copy, town.folder, { recursive: true });
			rmSync(copy, { recursive: true });
			// What a restore always does: the same data set, but not what phones remember of it.
			await ask(town, 'update installation set era = era + 1 returning era');
			await town.restart();
		},
	};
}
