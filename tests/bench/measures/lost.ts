import { openFloorClient, type FloorClient } from '../floor/client.ts';
import { aFloorDoc, pushToFloor } from '../floor/write.ts';
import type { Contender, Figures, Measure } from '../support/contest.ts';
import { odometerKm } from '../support/done.ts';
import { visitOf, workerOf, type GarageSize, type PlannedVisit } from '../support/cast.ts';
import { openPhone, type BenchPhone } from '../support/phone.ts';
import type { Kind, Place } from '../support/place.ts';
import { serveFloor, serveOurs } from '../support/processes.ts';

const things = 250;
const size: GarageSize = { shops: 2, workersPerShop: 1, visitsPerWorker: things };

/** What four phones do offline to the same visit: none of it contradicts the rest. */
const deeds: readonly ((visit: PlannedVisit) => readonly [name: string, args: unknown])[] = [
	({ jobId }) => ['job.accept', { jobId }],
	({ bookingId }) => ['booking.receive', { bookingId, odometerKm }],
	({ jobId }) => ['job.start', { jobId }],
	({ jobId }) => ['job.complete', { jobId }],
];

const inEffect = 'in effect in the end';
const told = 'not in effect, and its author told why';
const lost = 'lost without a word';

/**
 * Four phones work offline on the same 250 things, each on another side of them, and come back one
 * after the other, so that each but the first brings what was made from an older state.
 */
export const lostEdits: Measure = {
	name: 'lost',
	title: 'Of 1,000 mergeable offline edits',
	meanings: {
		[inEffect]: { unit: 'edits' },
		[told]: { unit: 'edits' },
		[lost]: { unit: 'edits', goal: '0' },
	},
	rounds: 1,
	contenders: (place) => [
		() => floor(place),
		() => ours(place, 'embedded'),
		() => ours(place, 'postgres'),
	],
};

async function ours(place: Place, side: Kind): Promise<Contender> {
	const server = await serveOurs(await place.aGarage(side, size));
	let shop = 0;
	async function run(): Promise<Figures> {
		const nth = shop;
		shop += 1;
		const phones: BenchPhone[] = [];
		for (const deed of deeds) {
			const phone = await openPhone(server.url, workerOf(nth, 0));
			phones.push(phone);
			await phone.device.sync();
			phone.online = false;
			for (let v = 0; v < things; v += 1)
				await phone.device.perform(...deed(visitOf(size, nth, 0, v)));
		}
		const counts = { [inEffect]: 0, [told]: 0, [lost]: 0 };
		for (const { device } of await backOnline(phones)) {
			const ended = await device.history(things);
			for (const { status } of ended)
				counts[status === 'applied' || status === 'noop' ? inEffect : told] =
					(counts[status === 'applied' || status === 'noop' ? inEffect : told] ?? 0) + 1;
			counts[lost] = (counts[lost] ?? 0) + things - ended.length - device.pending().length;
		}
		for (const each of phones) await each.stop();
		return counts;
	}
	return { side, run, close: server.stop };
}

async function backOnline(phones: readonly BenchPhone[]): Promise<readonly BenchPhone[]> {
	for (const phone of phones) {
		phone.online = true;
		await phone.device.sync();
	}
	// What was accepted settles when its state has arrived, with the next answer at the latest.
	for (const { device } of phones) await device.sync();
	return phones;
}

async function floor(place: Place): Promise<Contender> {
	const server = await serveFloor(await place.anEmptyDatabase());
	async function run(): Promise<Figures> {
		const docs = Array.from({ length: things }, aFloorDoc);
		await pushToFloor(
			server.url,
			docs.map((newDocumentState) => ({ newDocumentState })),
		);
		const clients: FloorClient[] = [];
		for (const [nth] of deeds.entries()) {
			const client = await openFloorClient(server.url);
			clients.push(client);
			await client.connect(false);
			for (const { id } of docs)
				await (
					await client.collection.findOne(id).exec(true)
				).incrementalModify((doc) => ({
					...doc,
					updatedAt: doc.updatedAt + nth + 1,
					body: { ...(doc.body as object), [`side${nth}`]: true },
				}));
		}
		for (const each of clients) await each.connect(false);
		for (const each of clients) await each.stop();
		const reader = await openFloorClient(server.url);
		await reader.connect(false);
		const found = await reader.collection.findByIds(docs.map(({ id }) => id)).exec();
		await reader.stop();
		const kept = [...found.values()].flatMap(({ body }) =>
			Object.keys(body as object).filter((name) => name.startsWith('side')),
		).length;
		return { [inEffect]: kept, [told]: 0, [lost]: things * deeds.length - kept };
	}
	return { side: 'floor', run, close: server.stop };
}
