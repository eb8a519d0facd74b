import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Contender, Measure } from '../support/contest.ts';
import { workerOf, type GarageSize, type Person } from '../support/cast.ts';
import type { Kind, Place } from '../support/place.ts';
import { serveFloor, serveOurs, type Served } from '../support/processes.ts';

const streams = 1_000;
const atOnce = 20;
/** A person may have six streams: these are a thousand people. */
const size: GarageSize = { shops: 20, workersPerShop: 50, visitsPerWorker: 0 };
/** Until what the opening made has gone. */
const restMs = 2_000;

/** What a live stream costs the server while nothing happens. */
export const idleStreams: Measure = {
	name: 'streams',
	title: 'Memory of an idle live stream, 1,000 streams on one process',
	meanings: {
		'heap and buffers': { unit: 'KiB', goal: '<= 16' },
		'of the process': { unit: 'KiB' },
	},
	rounds: 2,
	contenders: (place) => [
		() => floor(place),
		() => ours(place, 'embedded'),
		() => ours(place, 'postgres'),
	],
};

const floor = async (place: Place): Promise<Contender> =>
	contender('floor', await serveFloor(await place.anEmptyDatabase()), '/stream', () => null);

async function ours(place: Place, side: Kind): Promise<Contender> {
	const server = await serveOurs(await place.aGarage(side, size));
	const whoOf = (n: number) => workerOf(n % size.shops, Math.floor(n / size.shops));
	return contender(side, server, '/api/sync/live', whoOf);
}

function contender(
	side: Contender['side'],
	server: Served,
	path: string,
	whoOf: (n: number) => Person | null,
): Contender {
	return {
		side,
		async run() {
			await rest();
			const before = await server.memory();
			const open: IncomingMessage[] = [];
			for (let from = 0; from < streams; from += atOnce) {
				const few = Array.from({ length: atOnce }, (_, n) =>
					openStream(server.url + path, whoOf(from + n)),
				);
				open.push(...(await Promise.all(few)));
			}
			await rest();
			const after = await server.memory();
			for (const each of open) each.destroy();
			const each = (of: 'heap' | 'rss') => (after[of] - before[of]) / streams / 1024;
			return { 'heap and buffers': each('heap'), 'of the process': each('rss') };
		},
		close: server.stop,
	};
}

/** A stream that was greeted. */
async function openStream(url: string, who: Person | null): Promise<IncomingMessage> {
	const headers = who === null ? {} : { authorization: `Bearer ${who.token}` };
	const asking = request(url, { headers, agent: false });
	asking.end();
	const [response] = (await once(asking, 'response')) as [IncomingMessage];
	if (response.statusCode !== 200) throw new Error(`a stream was refused: ${response.statusCode}`);
	response.on('error', () => undefined); // It is torn off at the end.
	await once(response, 'data');
	response.resume();
	return response;
}

const rest = () => new Promise((resolve) => setTimeout(resolve, restMs));
