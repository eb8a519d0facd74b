import { uuidV7 } from '#sync/core/id.ts';
import type { Instant } from '#sync/core/time.ts';
import type { MemoryState } from '#server/db/memory.ts';
import type { World } from '#server/domain/perform.ts';
import type { asAnother } from '#lib/device/sync/settle.ts';
import type { Session } from './answering.ts';
import type { Instance, ServerMood } from './instances.ts';
import type { Wire } from './network.ts';
import type { Texts } from './oracle.ts';
import type { Phone } from './phone.ts';
import type { Random } from './random.ts';
import type { Store } from './store.ts';
import type { VirtualTime } from './virtual-time.ts';

/**
 * Work that the server knew of when a browser threw away everything: its owner must be told. Null: of
 * whichever device, for the phone has heard of it.
 */
type Loss = { readonly phone: Phone; readonly deviceId: string | null };

/** All that there is in one run, and how whatever happens there reaches it. */
export type Scene = {
	readonly random: Random;
	readonly time: VirtualTime;
	readonly store: Store;
	readonly texts: Texts;
	readonly mood: ServerMood;
	readonly servers: readonly Instance[];
	readonly phones: Phone[];
	readonly wireOf: (phone: Phone) => Wire;
	/** The same disk in another phone, with a way to the servers of its own. */
	readonly copyOf: (phone: Phone, name: string) => void;
	readonly sessionOf: (phone: Phone) => Session;
	/** The person of this phone signs in on it, once more. */
	readonly signIn: (phone: Phone) => void;
	/** Processes that died are replaced; answers a living one. */
	readonly anyServer: () => Instance;
	/** The same database without whatever is wrong with the servers. */
	readonly calm: World;
	/** Something that nobody waits for; it fails only by the weather. */
	readonly meanwhile: (work: Promise<unknown>) => void;
	/** All that phones were told, and all that happened to them. */
	readonly told: unknown[];
	/** Hears of bugs. */
	readonly broken: (error: unknown) => void;
	/** The streams by which phones hear of news have gone silent. */
	readonly silence: () => void;
	/** What was kept of the database, and whether it was ever set back to that. */
	past: { backup: MemoryState | null; isRestored: boolean };
	losses: readonly Loss[];
	/** How a phone goes on after its device was signed off; a planted bug may differ. */
	readonly reborn: typeof asAnother;
	/** What a phone that lost its documents knows of how far it had read. */
	readonly noticesEviction: boolean;
	/** What an update of the app does to a phone, beyond reading its documents again. */
	readonly updated: (phone: Phone) => Promise<void>;
};

/** Something happens that is no tap. */
export type Accident = (scene: Scene, phone: Phone) => Promise<void> | void;

export const madeId = ({ random }: Pick<Scene, 'random'>, now: Instant): string => {
	const word = () => random.below(4_294_967_296);
	return uuidV7(Date.parse(now), [word(), word(), word()]);
};
