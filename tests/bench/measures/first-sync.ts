import { gzipSync } from 'node:zlib';
import { openFloorClient } from '../floor/client.ts';
import type { FloorDoc } from '../floor/server.ts';
import { pushToFloor } from '../floor/write.ts';
import type { Contender, Figures, Measure } from '../support/contest.ts';
import { timed } from '../support/figures.ts';
import { ownerOf, type GarageSize } from '../support/cast.ts';
import { openPhone } from '../support/phone.ts';
import { kinds, type Place } from '../support/place.ts';
import { serveFloor, serveOurs } from '../support/processes.ts';

const rounds = 5;
/** A visit brings four documents: booking, job, bike and customer. */
const docsPerVisit = 4;
const workers = 10;
const sizes = [2_000, 10_000] as const;
const docsPerPush = 500;

const time = (docs: number) => `${docs.toLocaleString('en')} documents`;
const wire = (docs: number) => `${docs.toLocaleString('en')} documents, gzip`;

/** A phone that knows nothing reads its shop's office: pages, parsing and storing in memory. */
export const firstSync: Measure = {
	name: 'first-sync',
	title: 'First sync of a phone',
	meanings: {
		[time(2_000)]: { unit: 'ms' },
		[time(10_000)]: { unit: 'ms', goal: '<= 1.5x floor' },
		[wire(2_000)]: { unit: 'kB' },
		[wire(10_000)]: { unit: 'kB', goal: '<= 1,000' },
	},
	rounds,
	contenders(place) {
		let documents: (docs: number) => Promise<readonly { readonly id: string }[]>;
		const open = kinds.map((side) => async () => {
			const opened = await ours(place, side);
			({ documents } = opened);
			return opened.contender;
		});
		return [...open, () => floor(place, documents)];
	},
};

const sizeFor = (docs: number): GarageSize => ({
	shops: 1,
	workersPerShop: workers,
	visitsPerWorker: docs / docsPerVisit / workers,
});

async function ours(place: Place, side: (typeof kinds)[number]) {
	const servers = new Map<number, Awaited<ReturnType<typeof serveOurs>>>();
	for (const docs of sizes)
		servers.set(docs, await serveOurs(await place.aGarage(side, sizeFor(docs))));
	const urlOf = (docs: number) => String(servers.get(docs)?.url);

	/** Reads everything once more, with the answers kept, which takes time of its own. */
	async function read(docs: number) {
		const phone = await openPhone(urlOf(docs), ownerOf(0), { keepsBodies: true });
		await phone.device.sync();
		const documents = await phone.documents();
		await phone.stop();
		return { documents, bodies: phone.bodies ?? [] };
	}

	const contender: Contender = {
		side,
		async run() {
			const figures: Record<string, number> = {};
			for (const docs of sizes) {
				const phone = await openPhone(urlOf(docs), ownerOf(0));
				figures[time(docs)] = await timed(() => phone.device.sync());
				const had = (await phone.documents()).length;
				if (had < docs) throw new Error(`${had} of ${docs} documents came`);
				await phone.stop();
				figures[wire(docs)] = kilobytes((await read(docs)).bodies);
			}
			return figures;
		},
		close: async () => {
			for (const each of servers.values()) await each.stop();
		},
	};
	return { contender, documents: async (docs: number) => (await read(docs)).documents };
}

/** The floor is given the very documents that ours has. */
async function floor(
	place: Place,
	documentsOf: (docs: number) => Promise<readonly { readonly id: string }[]>,
): Promise<Contender> {
	const servers = new Map<number, Awaited<ReturnType<typeof serveFloor>>>();
	for (const docs of sizes) {
		const server = await serveFloor(await place.anEmptyDatabase());
		servers.set(docs, server);
		const rows = (await documentsOf(docs)).map((body): { newDocumentState: FloorDoc } => ({
			newDocumentState: { id: body.id, updatedAt: 1, body, _deleted: false },
		}));
		for (let from = 0; from < rows.length; from += docsPerPush)
			await pushToFloor(server.url, rows.slice(from, from + docsPerPush));
	}
	async function read(docs: number, keepsBodies: boolean) {
		const client = await openFloorClient(String(servers.get(docs)?.url), { keepsBodies });
		const ms = await timed(() => client.connect(false));
		const had = await client.collection.count().exec();
		if (had < docs) throw new Error(`${had} of ${docs} documents came`);
		await client.stop();
		return { ms, bodies: client.bodies ?? [] };
	}
	return {
		side: 'floor',
		async run(): Promise<Figures> {
			const figures: Record<string, number> = {};
			for (const docs of sizes) {
				figures[time(docs)] = (await read(docs, false)).ms;
				figures[wire(docs)] = kilobytes((await read(docs, true)).bodies);
			}
			return figures;
		},
		close: async () => {
			for (const each of servers.values()) await each.stop();
		},
	};
}

/** As a proxy in front of either server would send them. */
const kilobytes = (bodies: readonly string[]): number =>
	bodies.reduce((sum, body) => sum + gzipSync(body).length, 0) / 1_000;
