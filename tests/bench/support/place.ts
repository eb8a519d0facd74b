import { cpSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from '#server/db/connect.ts';
import { migrate } from '#server/db/migrate.ts';
import { startPostgres, type Postgres } from '#tests/support/postgres.ts';
import type { GarageSize } from './cast.ts';
import { plantGarage } from './garage.ts';
import { killAll, type Store } from './processes.ts';

export type Kind = 'embedded' | 'postgres';
export const kinds: readonly Kind[] = ['embedded', 'postgres'];

/** Where a bench runs: one PostgreSQL, folders of its own, and all of it gone at the end. */
export type Place = {
	readonly quick: boolean;
	/** An empty PostgreSQL database; nothing of ours in it. */
	readonly anEmptyDatabase: () => Promise<string>;
	/** A migrated database of that kind with this garage in it, closed again. */
	readonly aGarage: (kind: Kind, size: GarageSize) => Promise<Store>;
	readonly close: () => Promise<void>;
};

export async function openPlace(quick: boolean): Promise<Place> {
	const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'moto-bench-'));
	let postgres: Postgres;
	try {
		postgres = await startPostgres();
	} catch (error) {
		rmSync(folder, { recursive: true, force: true });
		throw error;
	}
	let made = 0;
	let template: Promise<string> | null = null;

	async function anEmptyDatabase(): Promise<string> {
		const server = await connect({ databaseUrl: postgres.url });
		const name = `bench_${(made += 1)}`;
		await server.exec(`create database ${name} template template0`);
		await server.close();
		return Object.assign(new URL(postgres.url), { pathname: `/${name}` }).href;
	}

	/** Making an embedded database takes seconds, copying one does not. */
	async function anEmptyFolder(): Promise<string> {
		template ??= migrated({ dataDir: path.join(folder, 'template') }).then(() =>
			path.join(folder, 'template'),
		);
		const dataDir = path.join(folder, `data-${(made += 1)}`);
		cpSync(await template, dataDir, { recursive: true });
		return dataDir;
	}

	let closing: Promise<void> | null = null;
	async function close(): Promise<void> {
		killAll();
		await postgres.stop();
		rmSync(folder, { recursive: true, force: true });
	}

	return {
		quick,
		anEmptyDatabase,
		async aGarage(kind, size) {
			const store: Store =
				kind === 'embedded'
					? { dataDir: await anEmptyFolder() }
					: { databaseUrl: await anEmptyDatabase() };
			await migrated(store, size);
			return store;
		},
		close: () => (closing ??= close()),
	};
}

async function migrated(store: Store, size: GarageSize | null = null): Promise<void> {
	const connection = await connect(store);
	try {
		await migrate(connection);
		if (size !== null) await plantGarage(connection, size);
	} finally {
		await connection.close();
	}
}
