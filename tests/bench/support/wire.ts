import type { Mutation, SyncAnswer, SyncRequest } from '#sync/protocol/sync.ts';
import { eventsOf } from '#lib/device/sync/live-stream.ts';
import { schemaVersion } from '#sync/protocol/version.ts';
import { freshId } from './done.ts';
import type { Person } from './cast.ts';

/** `POST /api/sync` without a device behind it: what the server alone takes. */
export type Wire = {
	/** Follows the scopes from where they stand now, as a phone that has read everything. */
	readonly greet: () => Promise<void>;
	/** Sends these as one request; every one of them must be applied. */
	readonly push: (mutations: readonly Mutation[]) => Promise<SyncAnswer>;
	/** Reads until there is nothing more; how many round trips that took. */
	readonly pull: () => Promise<number>;
};

export function aWire(url: string, { token }: Person, call: typeof fetch = fetch): Wire {
	const device = { id: freshId(), browserId: freshId() };
	let known: Pick<SyncRequest, 'install' | 'era' | 'cursors'> = {
		...{ install: null, era: null, cursors: {} },
	};
	let seq = 0;

	async function ask(mutations: readonly Mutation[]): Promise<SyncAnswer> {
		const sent = mutations.map((each) => ({ seq: (seq += 1), text: JSON.stringify(each) }));
		const response = await call(`${url}/api/sync`, {
			method: 'POST',
			headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
			body: JSON.stringify({
				...known,
				...{ schema: schemaVersion, build: 'bench', device },
				...{ pending: sent.length, mutations: sent, asking: [], seen: [] },
			}),
		});
		if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
		const answer = (await response.json()) as SyncAnswer;
		const { install, era, cursors } = answer;
		known = { install, era, cursors: { ...known.cursors, ...cursors } };
		return answer;
	}

	return {
		async greet() {
			const headers = { authorization: `Bearer ${token}` };
			const { body } = await call(`${url}/api/sync/live`, { headers });
			for await (const event of eventsOf(body as unknown as AsyncIterable<Uint8Array>)) {
				if (event.kind === 'hello') known = { ...known, install: event.install, era: event.era };
				if (event.kind !== 'heads') continue;
				known = { ...known, cursors: event.heads };
				break; // Which hangs up.
			}
			await ask([]);
		},
		async push(mutations) {
			const answer = await ask(mutations);
			const odd = answer.acks.find((each) => each.status !== 'applied');
			if (odd || answer.acks.length !== mutations.length)
				throw new Error(`not all applied: ${JSON.stringify(odd ?? answer)}`);
			return answer;
		},
		async pull() {
			for (let trips = 1; ; trips += 1) if (!(await ask([])).more) return trips;
		},
	};
}
