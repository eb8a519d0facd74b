import { aFloorDoc } from '../floor/write.ts';
import { openFloorClient } from '../floor/client.ts';
import type { Contender, Figures, Measure } from '../support/contest.ts';
import { aCrowd } from '../support/crowd.ts';
import { odometerKm } from '../support/done.ts';
import { median, nowMs, quantile } from '../support/figures.ts';
import { ownerOf, visitOf, workerOf, type GarageSize } from '../support/cast.ts';
import { openPhone } from '../support/phone.ts';
import type { Kind, Place } from '../support/place.ts';
import { serveFloor, serveOurs } from '../support/processes.ts';

const rounds = 3;

type Setting = {
	/** Devices that listen, beside the one that writes. */
	readonly listeners: number;
	readonly writes: number;
	readonly figures: (times: readonly (readonly number[])[]) => Figures;
};

const pair: Setting = {
	listeners: 1,
	writes: 40,
	figures: (times) => ({ p50: median(times.flat()), p99: quantile(times.flat(), 0.99) }),
};
const hundred: Setting = {
	listeners: 100,
	writes: 10,
	figures: (times) => ({
		p50: median(times.flat()),
		p99: quantile(times.flat(), 0.99),
		'last of 100': median(times.map((each) => Math.max(...each))),
	}),
};

/** From the tap on one device until another shows it: two devices, and what grows with a hundred. */
export const latency: Measure = {
	name: 'latency',
	title: 'From one device to another, two devices',
	meanings: {
		p50: { unit: 'ms', goal: '<= 2x floor, <= 15' },
		p99: { unit: 'ms' },
	},
	rounds,
	contenders: (place) => contenders(place, pair),
};

export const crowd: Measure = {
	name: 'crowd',
	title: 'From one device to a hundred others',
	meanings: {
		p50: { unit: 'ms', goal: '<= 15' },
		p99: { unit: 'ms', goal: '<= 60' },
		'last of 100': { unit: 'ms', goal: '<= 1.5x floor' },
	},
	rounds,
	contenders: (place) => contenders(place, hundred),
};

const contenders = (place: Place, setting: Setting) => [
	() => floor(place, setting),
	() => ours(place, 'embedded', setting),
	() => ours(place, 'postgres', setting),
];

async function floor(place: Place, setting: Setting): Promise<Contender> {
	const server = await serveFloor(await place.anEmptyDatabase());
	const writer = await openFloorClient(server.url);
	await writer.connect(true);
	const others = await aCrowd(server.url, Array<null>(setting.listeners).fill(null));
	return {
		side: 'floor',
		async run() {
			const times: number[][] = [];
			for (let turn = 0; turn < setting.writes; turn += 1) {
				const { id, updatedAt, body } = aFloorDoc();
				const began = nowMs();
				await writer.collection.insert({ id, updatedAt, body });
				times.push((await others.seen(id)).map((at) => at - began));
			}
			return setting.figures(times);
		},
		async close() {
			await others.stop();
			await writer.stop();
			await server.stop();
		},
	};
}

/** The owner receives bikes; every worker of the shop follows its floor. */
async function ours(place: Place, side: Kind, setting: Setting): Promise<Contender> {
	const { listeners, writes } = setting;
	const needed = writes * (rounds + 1);
	const size: GarageSize = {
		shops: 1,
		workersPerShop: listeners,
		visitsPerWorker: Math.ceil(needed / listeners),
	};
	const server = await serveOurs(await place.aGarage(side, size));
	const writer = await openPhone(server.url, ownerOf(0));
	await writer.device.sync();
	writer.listen();
	const workers = Array.from({ length: listeners }, (_, w) => workerOf(0, w));
	const others = await aCrowd(server.url, workers);
	let used = 0;
	return {
		side,
		async run() {
			const times: number[][] = [];
			for (let turn = 0; turn < writes; turn += 1) {
				const [w, v] = [used % listeners, Math.floor(used / listeners)];
				used += 1;
				const { bookingId } = visitOf(size, 0, w, v);
				const began = nowMs();
				await writer.device.perform('booking.receive', { bookingId, odometerKm });
				times.push((await others.seen(bookingId)).map((at) => at - began));
			}
			return setting.figures(times);
		},
		async close() {
			await others.stop();
			await writer.stop();
			await server.stop();
		},
	};
}
