import type { Logger } from 'pino';
import type { Blobs } from '../db/blobs.ts';
import type { Live } from '../db/live.ts';
import type { World } from '../domain/perform.ts';
import type { DemoTown } from '../demo/town.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { SessionWatch } from '../auth/session-watch.ts';

/** Everything the routes need from outside; `main.ts` and the tests put it together. */
export type House = {
	readonly world: World;
	readonly signIn: SignIn;
	readonly watch: SessionWatch;
	readonly live: Live;
	readonly blobs: Blobs;
	readonly log: Logger;
	/** Pages from which a browser may write: this server's own addresses. */
	readonly origins: readonly string[];
	/** Behind a proxy on this machine the caller's address is what the proxy says, else the socket's. */
	readonly behindProxy: boolean;
	/** Reached by https: browsers may be told to use nothing else. */
	readonly secure: boolean;
	/** The built PWA; null: only the API is served. */
	readonly buildDir: string | null;
	/** Throws or says no while the server cannot do its work. */
	readonly isReady: () => Promise<boolean>;
	/** How often a law was found broken by this process. It must stay 0. */
	readonly violations: () => number;
	readonly demo: DemoTown | null;
};
