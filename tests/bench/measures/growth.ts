import type { Contender, Measure } from '../support/contest.ts';
import { received } from '../support/done.ts';
import { median, timed } from '../support/figures.ts';
import { ownerOf, visitOf, workerOf, type GarageSize } from '../support/cast.ts';
import { openPhone } from '../support/phone.ts';
import { kinds, type Kind, type Place } from '../support/place.ts';
import { serveOurs, type Served } from '../support/processes.ts';
import { aWire } from '../support/wire.ts';
import { slotTimes } from './slots.ts';

const workers = 10;
const unit = 10;
const times = [1, 10, 100] as const;
const sizeOf = (factor: number): GarageSize => ({
	shops: 1,
	workersPerShop: workers,
	visitsPerWorker: unit * factor,
});
const group = 10;
const pulls = 20;
const asked = 28;

const at = (what: string, factor: number) => `${what}, ${factor}x`;
const door = 'a mutation, in groups of 10';
const pull = 'a pull of one change';
const read = 'first sync, each 100 documents';
const slot = 'slots of a day';

/**
 * What a unit of work costs when there is more of everything: one shop of ten workers with 100 visits
 * ahead, then 1,000, then 10,000 (40,000 documents).
 */
export const growth: Measure = {
	name: 'growth',
	title: 'As data grows',
	meanings: Object.fromEntries(
		[door, pull, read, slot].flatMap((what) =>
			times.map((factor) => [at(what, factor), { unit: 'ms', goal: 'flat' }]),
		),
	),
	rounds: 2,
	contenders: (place) => kinds.map((side) => () => ours(place, side)),
};

async function ours(place: Place, side: Kind): Promise<Contender> {
	const servers = new Map<number, Served>();
	for (const factor of times)
		servers.set(factor, await serveOurs(await place.aGarage(side, sizeOf(factor))));
	let used = 0;

	async function measure(factor: number, url: string) {
		const size = sizeOf(factor);
		const [worker, owner] = [aWire(url, workerOf(0, 0)), aWire(url, ownerOf(0))];
		const first = await firstSyncOf(url);
		await worker.greet();
		await owner.greet();
		const next = (count: number) =>
			Array.from({ length: count }, () => {
				const v = used % workers;
				const w = Math.floor(used / workers) % workers;
				used += 1;
				return received(visitOf(size, 0, w, v).bookingId);
			});
		const doing = await timed(() => worker.push(next(group)));
		const pulling: number[] = [];
		for (let n = 0; n < pulls; n += 1) {
			await worker.push(next(1));
			pulling.push(await timed(() => owner.pull()));
		}
		return {
			[at(door, factor)]: doing / group,
			[at(pull, factor)]: median(pulling),
			[at(read, factor)]: first,
			[at(slot, factor)]: median(await slotTimes(url, asked)),
		};
	}

	return {
		side,
		async run() {
			const before = used;
			let figures = {};
			for (const factor of times) {
				used = before; // The same visits of each garage.
				figures = { ...figures, ...(await measure(factor, String(servers.get(factor)?.url))) };
			}
			return figures;
		},
		close: async () => {
			for (const each of servers.values()) await each.stop();
		},
	};
}

async function firstSyncOf(url: string): Promise<number> {
	const phone = await openPhone(url, ownerOf(0));
	const ms = await timed(() => phone.device.sync());
	const had = (await phone.documents()).length;
	await phone.stop();
	return (ms * 100) / had;
}
