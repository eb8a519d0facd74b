import type { Actor } from '#sync/core/actor.ts';
import type { Port } from '#server/db/port.ts';
import type { asAnother } from '#lib/device/sync/settle.ts';
import type { DeviceStore } from '#lib/device/sync/store.ts';
import type { AccidentName } from './accidents.ts';
import type { Tampering } from './network.ts';
import type { Phone } from './phone.ts';
import type { Flaws } from './store.ts';

/** A bug planted on purpose: the laws must find it, or they prove nothing. */
export type Mutant = Tampering & {
	readonly name: string;
	readonly port?: (port: Port) => Port;
	/** What a device does to its disk. */
	readonly store?: (store: DeviceStore) => DeviceStore;
	readonly reborn?: typeof asAnother;
	readonly noticesEviction?: false;
	/** What is missing in the database itself. */
	readonly flaws?: Flaws;
	/** Rights as a server believes them to be. */
	readonly actorKept?: (userId: string) => Actor;
	/** What an update of the app does to a phone. */
	readonly updated?: (phone: Phone) => Promise<void>;
	/** What happens in the worlds that look for it, where that happens seldom in others. */
	readonly worlds?: readonly AccidentName[];
};
