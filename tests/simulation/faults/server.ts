import { goodMood } from '../instances.ts';
import { checkAgainstOracle } from '../oracle.ts';
import type { Accident, Scene } from '../scene.ts';

const forgetTombstones: Accident = ({ calm, meanwhile }) => {
	meanwhile(calm.port.sweepGone(calm.now()));
};

const crashOrMend: Accident = (scene) => {
	if (scene.mood.crashing) mend(scene);
	else scene.mood.crashing = true;
};

/** A version that is mended starts; whatever waited is performed now. */
function mend(scene: Scene): void {
	scene.mood.crashing = false;
	for (const server of scene.servers) server.dieAt(0);
	scene.anyServer();
}

/** At once, or in the middle of what it is about to do. */
const killServer: Accident = ({ random, servers }) => random.pick(servers).dieAt(random.below(40));

const slowDatabase: Accident = ({ mood, random }) => {
	mood.slow = mood.slow > 0 ? 0 : random.pick([0.05, 0.3]);
};

/** Now and then, or more often than the door tries again. */
const lostRaces: Accident = ({ mood, random }) => {
	mood.racing = mood.racing > 0 ? 0 : random.pick([0.2, 0.9]);
};

const fullServer: Accident = ({ mood }) => {
	mood.full = !mood.full;
};

/** A backup is made, and later the server goes back to it: what came since then is known to phones alone. */
const backupOrRestore: Accident = async (scene) => {
	const { past, store, texts, servers, phones, wireOf } = scene;
	const { backup } = past;
	past.backup = backup === null ? store.state() : null;
	if (backup === null) return;
	await checkAgainstOracle(store, texts);
	for (const server of servers) server.dieAt(0);
	store.restore(backup);
	past.isRestored = true;
	scene.losses = [];
	for (const phone of phones) {
		const disk = phone.disk.open();
		const { outbox } = await disk.books();
		const kept = new Set([...outbox, ...(await disk.history(10_000))].map(({ id }) => id));
		const wire = wireOf(phone);
		wire.promised = new Set([...wire.promised].filter((id) => kept.has(id) || backup.log.has(id)));
	}
};

export const onServers = {
	...{ forgetTombstones, crashOrMend, killServer, slowDatabase, lostRaces, fullServer },
	backupOrRestore,
};

/** Nothing is wrong with the servers any more: new ones start on a good disk. */
export function healServers(scene: Scene): void {
	Object.assign(scene.mood, goodMood);
	mend(scene);
}
