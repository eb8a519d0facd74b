import type { Logger } from 'pino';
import { again } from './again.ts';
import type { Connection } from './db/connection.ts';
import type { Live } from './db/live.ts';
import type { Port } from './db/port.ts';
import type { World } from './domain/perform.ts';

type Around = {
	readonly connection: Connection;
	readonly port: Port;
	readonly live: Live;
	readonly log: Logger;
};

/**
 * What follows a commit: those connected here are told at once, the other servers on the database
 * within moments. What the others move is told here as well, and what could not be heard of is read.
 */
export function toldToAll({ connection, port, live, log }: Around): World['committed'] {
	const readAnew = again(
		async () => {
			const scopes = live.followed();
			if (scopes.length > 0) live.publish(await port.heads(scopes));
		},
		// The next heartbeat of each stream makes up for it.
		(error) => log.warn({ err: error }, 'counters could not be read anew'),
	);
	const neighbours = connection.neighbours?.({ heard: live.publish, missed: readAnew });
	return (heads) => {
		live.publish(heads);
		neighbours?.tell(heads);
	};
}
