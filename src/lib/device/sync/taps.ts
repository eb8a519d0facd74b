import { keyText, type DocKey } from '#sync/core/document.ts';
import type { AnyMutator } from '#sync/core/mutator.ts';
import { Rejection } from '#sync/core/rejection.ts';
import { idsIn } from './leaving.ts';
import { layerOf } from './layers.ts';
import { draftOf, firstIds, freeze, thaw, type Draft } from './outbox.ts';
import type { Overlay } from './overlay.ts';
import type { Ports } from './ports.ts';
import type { Books, DeviceStore } from './store.ts';
import type { SyncLoop } from './sync-loop.ts';
import { aboutVisit } from './visit.ts';

/** `newIds`: the first ids that the mutation makes, the same here and on the server. */
export type Performed = { readonly mutationId: string; readonly newIds: readonly string[] };

export type TapsOptions = {
	readonly ports: Ports;
	readonly store: DeviceStore;
	readonly overlay: Overlay;
	readonly loop: SyncLoop;
	readonly mutatorNamed: (name: string) => AnyMutator | null;
	readonly serial: <T>(work: () => Promise<T>) => Promise<T>;
	/** How wrong the phone's clock is, as last measured. */
	readonly clock: () => Books['clock'];
	/** Shows it here. */
	readonly changed: () => void;
	/** Tells this tab and the others what changed on this phone. */
	readonly tell: (keys: readonly DocKey[]) => Promise<void>;
};

/** What a person does to his phone: something, or never mind. */
export function createTaps(options: TapsOptions) {
	const { ports, store, overlay, loop, mutatorNamed, serial, clock, changed, tell } = options;

	async function perform(name: string, args: unknown): Promise<Performed> {
		const mutator = mutatorNamed(name);
		if (mutator === null) throw new Error(`there is no mutator ${name}`);
		if (mutator.offline === 'refuse') await requireNetwork(loop);
		const draft = await serial(async () => {
			const mine = draftOf(mutator, args, ports, clock());
			await enqueue(store, overlay, mine);
			return mine;
		});
		changed();
		ports.channel.post({ kind: 'changed', keys: [] });
		loop.nudge();
		return { mutationId: draft.id, newIds: firstIds(draft) };
	}

	async function withdraw(mutationId: string): Promise<boolean> {
		if (!(await loop.withdraw(mutationId))) return false;
		await tell([]);
		loop.nudge();
		return true;
	}

	return { perform, withdraw };
}

/** Runs it, makes it durable, and only then shows it: what cannot be kept is never shown. */
async function enqueue(store: DeviceStore, overlay: Overlay, draft: Draft): Promise<void> {
	const { base, ...run } = await overlay.run(draft);
	const { reads, writes } = run;
	const named = idsIn(JSON.stringify(draft.args));
	// If what this builds on is refused, a request that came after it is too.
	const after = overlay.under([...reads.gets.keys(), ...writes.keys()], named);
	const deed = {
		...{ name: draft.name, args: draft.args, newIds: firstIds(draft) },
		written: [...writes.values()].map(({ key }) => key),
		read: [...reads.gets.values()],
	};
	const look = async (key: DocKey) =>
		writes.get(keyText(key))?.doc ?? (await overlay.view.doc(key));
	const row = await store.append(freeze(draft, base, after, await aboutVisit(deed, look)));
	overlay.show(layerOf(row, thaw(row.text), run));
}

/** What was offline a minute ago may be back: one try decides, not what was seen last. */
async function requireNetwork(loop: Pick<SyncLoop, 'sync' | 'status'>) {
	if (loop.status().network !== 'online') await loop.sync();
	if (loop.status().network !== 'online') throw new Rejection('needs_network');
}
