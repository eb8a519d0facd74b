import type { Actor } from '#sync/core/actor.ts';
import type { Connection } from '#server/db/connection.ts';
import type { Phone } from '../phone.ts';
import type { Random } from '../random.ts';
import type { VirtualTime } from '../virtual-time.ts';
import type { Database } from './database.ts';
import type { Commit } from './journal.ts';
import type { FullLine, Jar } from './line.ts';
import type { Wire } from './oracle.ts';
import type { lookAt } from './rows.ts';
import type { Servers } from './servers.ts';
import type { Strikes } from './strikes.ts';
import type { UnderWay } from './under-way.ts';

export type FullPhone = Phone & { readonly line: FullLine; readonly jar: Jar };

export type FullWorld = {
	readonly seed: number;
	readonly base: Connection;
	readonly random: Random;
	readonly time: VirtualTime;
	readonly underWay: UnderWay;
	readonly strikes: Strikes;
	readonly database: Database;
	readonly servers: Servers;
	readonly phones: FullPhone[];
	readonly accidents: readonly Accident[];
	/** Everything that was committed, in that order. */
	readonly journal: Commit[];
	readonly wire: Wire;
	readonly acked: ReadonlySet<string>;
	/** The tables as they are, in the shape of the memory port's. */
	readonly look: ReturnType<typeof lookAt>;
	/** A phone of this person with nothing on it, to see what it would be given. */
	readonly newLine: (jar: Jar) => FullLine;
	/** A new session for its owner. */
	readonly signIn: (phone: { readonly actor: Actor; readonly jar: Jar }) => Promise<void>;
	readonly bugs: unknown[];
	readonly broken: (error: unknown) => void;
};

/** Something that happens to a phone, a person, the servers or their database. */
export type Accident = (world: FullWorld, phone: FullPhone) => Promise<void> | void;
