import { openFloorClient } from '../floor/client.ts';
import { aFloorDoc } from '../floor/write.ts';
import type { Contender, Figures, Measure } from '../support/contest.ts';
import { odometerKm } from '../support/done.ts';
import { timed } from '../support/figures.ts';
import {
	customerOf,
	plateIn,
	visitOf,
	workerOf,
	type GarageSize,
	type Person,
} from '../support/cast.ts';
import { openPhone, until } from '../support/phone.ts';
import type { Kind, Place } from '../support/place.ts';
import { serveFloor, serveOurs } from '../support/processes.ts';

const rounds = 3;
const actions = 1_000;
/**
 * Each run is a shop of its own. A device's reports of a day are counted (500, then a person looks at
 * them), so a thousand are those of two mechanics, or half of them are requests.
 */
const size: GarageSize = { shops: rounds + 1, workersPerShop: 3, visitsPerWorker: actions / 2 };

const reports = 'reports of one shop, two phones of 500';
const work = 'reports and requests in turn';
const bikes = 'bikes of one customer';
const served = (what: string) => `${what}: of that, waiting for the server`;

type Action = { readonly name: string; readonly args: unknown };

/** A phone did a thousand things without network, and has it again. */
export const offline: Measure = {
	name: 'offline',
	title: 'A thousand offline actions reach the server',
	meanings: {
		[reports]: { unit: 'ms', goal: '<= 3x floor, <= 3,000' },
		[served(reports)]: { unit: 'ms' },
		[work]: { unit: 'ms', goal: '<= 3x floor, <= 3,000' },
		[served(work)]: { unit: 'ms' },
		[bikes]: { unit: 'ms', goal: '<= 3x floor, <= 3,000' },
		[served(bikes)]: { unit: 'ms' },
	},
	rounds,
	contenders: (place) => [
		() => floor(place),
		() => ours(place, 'embedded'),
		() => ours(place, 'postgres'),
	],
};

async function floor(place: Place): Promise<Contender> {
	const server = await serveFloor(await place.anEmptyDatabase());
	return {
		side: 'floor',
		async run() {
			const client = await openFloorClient(server.url);
			await client.connect(false);
			for (let n = 0; n < actions; n += 1) {
				const { id, updatedAt, body } = aFloorDoc();
				await client.collection.insert({ id, updatedAt, body });
			}
			// There are no rules to tell work from bikes by.
			const ms = await timed(() => client.connect(false));
			await client.stop();
			return { [reports]: ms, [work]: ms, [bikes]: ms };
		},
		close: server.stop,
	};
}

async function ours(place: Place, side: Kind): Promise<Contender> {
	const server = await serveOurs(await place.aGarage(side, size));
	let run = 0;

	async function catchUp(what: string, who: Person, all: readonly Action[]): Promise<Figures> {
		const phone = await openPhone(server.url, who);
		const { device, waited } = phone;
		await device.sync();
		phone.online = false;
		for (const { name, args } of all) await device.perform(name, args);
		phone.online = true;
		waited.ms = 0;
		const ms = await timed(async () => {
			await device.sync();
			await until(device, () => device.pending().length === 0);
		});
		const ended = await device.history(actions);
		const applied = ended.filter((each) => each.status === 'applied').length;
		if (applied !== all.length) throw new Error(`${applied} of ${all.length} were applied`);
		await phone.stop();
		return { [what]: ms, [served(what)]: waited.ms };
	}

	return {
		side,
		async run() {
			const nth = run;
			run += 1;
			const [one, other] = [
				await catchUp(reports, workerOf(nth, 1), reportsOf(nth, 1)),
				await catchUp(reports, workerOf(nth, 2), reportsOf(nth, 2)),
			];
			return {
				...sumOf(one, other),
				...(await catchUp(work, workerOf(nth, 0), workOf(nth))),
				...(await catchUp(bikes, customerOf(nth), bikesOf(nth))),
			};
		},
		close: server.stop,
	};
}

function sumOf(one: Figures, other: Figures): Figures {
	return Object.fromEntries(Object.entries(one).map(([key, ms]) => [key, ms + (other[key] ?? 0)]));
}

/** What goes through the door in groups. */
const reportsOf = (shop: number, w: number): Action[] =>
	Array.from({ length: size.visitsPerWorker }, (_, v) => {
		const { bookingId } = visitOf(size, shop, w, v);
		return { name: 'booking.receive', args: { bookingId, odometerKm } };
	});

/** A yes goes alone, because it may take a worker's time; so every one of them cuts a group. */
const workOf = (shop: number): Action[] =>
	Array.from({ length: size.visitsPerWorker }, (_, v) => {
		const { bookingId, jobId } = visitOf(size, shop, 0, v);
		return [
			{ name: 'job.accept', args: { jobId } },
			{ name: 'booking.receive', args: { bookingId, odometerKm } },
		];
	}).flat();

/** The worst there is: about no shop, and all in one collection that every one of them looks through. */
const bikesOf = (nth: number): Action[] =>
	Array.from({ length: actions }, (_, n) => ({
		name: 'vehicle.add',
		args: {
			registrationNumber: plateIn('MH', nth * actions + n),
			...{ make: 'TVS', model: 'Apache', class: 'sport' },
		},
	}));
