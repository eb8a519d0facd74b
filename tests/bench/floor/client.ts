import { randomUUID } from 'node:crypto';
import { createRxDatabase, type RxCollection, type RxJsonSchema } from 'rxdb/plugins/core';
import { replicateRxCollection, type RxReplicationState } from 'rxdb/plugins/replication';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { Subject } from 'rxjs';
import type { FloorDoc } from './server.ts';

type Kept = Omit<FloorDoc, '_deleted'>;
type Checkpoint = { readonly id: string; readonly updated: number };
type Page = { readonly documents: FloorDoc[]; readonly checkpoint: Checkpoint };
type Replication = RxReplicationState<Kept, Checkpoint>;

const schema: RxJsonSchema<Kept> = {
	version: 0,
	primaryKey: 'id',
	type: 'object',
	properties: {
		id: { type: 'string', maxLength: 100 },
		updatedAt: { type: 'number' },
		body: { type: 'object' },
	},
	required: ['id', 'updatedAt', 'body'],
};

/** A client of the floor: bare RxDB in memory. Thirteen of them fit into one thread. */
export type FloorClient = {
	readonly collection: RxCollection<Kept>;
	/** Reads what there is, and sends what waits; with `live` it goes on and listens. */
	readonly connect: (live: boolean) => Promise<void>;
	/** All that was written here is on the server. */
	readonly level: () => Promise<void>;
	/** Answers to pulls as they came, if they are kept. */
	readonly bodies: string[] | null;
	readonly stop: () => Promise<void>;
};

const batch = { pull: 500, push: 100 };

export async function openFloorClient(
	url: string,
	{ keepsBodies = false } = {},
): Promise<FloorClient> {
	const database = await createRxDatabase<{ docs: RxCollection<Kept> }>({
		name: `floor-${randomUUID()}`,
		storage: getRxStorageMemory(),
		multiInstance: false,
		eventReduce: true,
	});
	const { docs: collection } = await database.addCollections({ docs: { schema } });
	const bodies: string[] | null = keepsBodies ? [] : null;
	const hangUp = new AbortController();
	let replication: Replication | null = null;

	const replicate = (live: boolean): Replication => {
		const news = new Subject<Page>();
		if (live) void follow(url, news, hangUp.signal);
		return replicateRxCollection<Kept, Checkpoint>({
			collection,
			replicationIdentifier: url,
			live,
			waitForLeadership: false,
			pull: {
				batchSize: batch.pull,
				stream$: news,
				async handler(checkpoint, limit) {
					const { id = '', updated = 0 } = checkpoint ?? {};
					const response = await fetch(
						`${url}/pull?updated=${updated}&id=${encodeURIComponent(id)}&limit=${limit}`,
					);
					const text = await response.text();
					bodies?.push(text);
					return JSON.parse(text) as Page;
				},
			},
			push: {
				batchSize: batch.push,
				async handler(rows) {
					const response = await fetch(`${url}/push`, {
						method: 'POST',
						headers: { 'content-type': 'application/json' },
						body: JSON.stringify(rows),
					});
					return (await response.json()) as FloorDoc[];
				},
			},
		});
	};

	return {
		collection,
		bodies,
		async connect(live) {
			replication = replicate(live);
			replication.error$.subscribe((error) => {
				throw error;
			});
			await replication.awaitInitialReplication();
		},
		level: async () => void (await replication?.awaitInSync()),
		async stop() {
			hangUp.abort();
			await replication?.cancel();
			await database.close();
		},
	};
}

async function follow(url: string, news: Subject<Page>, signal: AbortSignal): Promise<void> {
	try {
		const response = await fetch(`${url}/stream`, { signal });
		const decoder = new TextDecoder();
		let rest = '';
		for await (const piece of response.body ?? []) {
			const events = (rest + decoder.decode(piece, { stream: true })).split('\n\n');
			rest = events.pop() ?? '';
			for (const event of events)
				if (event.startsWith('data: ')) news.next(JSON.parse(event.slice(6)) as Page);
		}
	} catch (error) {
		if (!signal.aborted) throw error;
	}
}
