import { uuidV7 } from '#sync/core/id.ts';
import { hourMs } from '#sync/core/time.ts';
import { device } from '#server/db/device.ts';
import { revoke } from '#server/domain/devices.ts';
import type { World } from '#server/domain/perform.ts';
import type { Reactions } from '#server/domain/reactions.ts';
import { replayOfParked } from '#server/domain/replay.ts';
import type { asAnother } from '#lib/device/sync/settle.ts';
import type { Line } from './network.ts';
import { DiskFull, type Phone } from './phone.ts';
import type { Random } from './random.ts';
import { look, takeBack } from './taps.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What the server can do wrong, or stop doing wrong, while phones work. */
export type ServerMood = {
	/** An older version whose rules crash on work that begins. */
	crashing: boolean;
};

/** The server's rules, which crash on a beginning while the mood is so. */
export const moodyReactions = (reactions: Reactions, mood: ServerMood): Reactions => ({
	...reactions,
	'job.started': (ctx, event) => {
		if (mood.crashing) throw new TypeError('planted: an older version crashes here');
		return reactions['job.started'](ctx, event);
	},
});

export type Scene = {
	readonly world: World;
	readonly mood: ServerMood;
	readonly time: VirtualTime;
	readonly random: Random;
	readonly phones: Phone[];
	/** Hears of bugs. */
	readonly broken: (error: unknown) => void;
	readonly lineFor: (phone: Phone) => Line;
	/** How a phone goes on after its device was signed off; a planted bug may differ. */
	readonly reborn: typeof asAnother;
	/** What a phone that lost its documents knows of how far it had read. */
	readonly noticesEviction: boolean;
};

export type Accident = (scene: Scene, phone: Phone) => Promise<void> | void;

/** A version that is mended starts; whatever waited is performed now. */
export async function mend({ world, mood }: Pick<Scene, 'world' | 'mood'>): Promise<void> {
	mood.crashing = false;
	await replayOfParked(world)();
}

/** One disk, two phones: from now on both use its numbers. */
const copyPhone: Accident = ({ phones, lineFor }, phone) => {
	if (phones.some(({ name }) => name.endsWith('again'))) return;
	phones.push(phone.copied(`${phone.name} again`, lineFor(phone)));
};

const forgetTombstones: Accident = async ({ world }) => {
	await world.port.sweepGone(world.now());
};

const crashOrMend: Accident = async (scene) => {
	if (scene.mood.crashing) await mend(scene);
	else scene.mood.crashing = true;
};

/** An hour fast, and corrected the next time. */
const setClock: Accident = (_scene, phone) => {
	phone.skewMs += Math.abs(phone.skewMs % (24 * hourMs)) === hourMs ? -hourMs : hourMs;
};

const fillDisk: Accident = ({ random }, phone) => {
	phone.disk.failWriteAt(1 + random.below(6), new DiskFull('planted: no room'));
};

const evict: Accident = ({ noticesEviction }, phone) => {
	phone.whileOff((disk) =>
		disk.evictDocuments((place) => (noticesEviction ? { ...place, cursors: {} } : place)),
	);
};

/** Its owner signs it off, maybe while an answer is on its way to it. */
const signOff: Accident = async ({ world }, phone) => {
	const { device: own } = await phone.disk.open().books();
	const [known] = await world.port.read(device, [own.id]);
	if (known) await revoke(world, String(phone.actor.userId), own.id);
};

/** And signs in on it again: its work goes on as another device's. */
export async function signInAgain({ random, time, reborn }: Scene, phone: Phone): Promise<void> {
	const word = () => random.below(4_294_967_296);
	const id = uuidV7(Date.parse(time.now()), [word(), word(), word()]);
	try {
		await phone.disk.open().change(({ outbox }) => reborn(outbox, id));
		phone.restart();
	} catch (error) {
		if (!(error instanceof DiskFull)) throw error; // He tries once more.
	}
}

const takeSomethingBack: Accident = ({ random }, phone) => takeBack(phone, random);
const lookAtSomething: Accident = ({ random }, phone) => look(phone, random);

const accidents = {
	...{ copyPhone, forgetTombstones, crashOrMend, setClock, fillDisk, evict, signOff },
	...{ takeSomethingBack, lookAtSomething },
};
export type AccidentName = keyof typeof accidents;

/** A few kinds in each seed, so that what comes of one is not hidden by another. */
export function accidentsOf(
	random: Random,
	only: readonly AccidentName[] | undefined,
): readonly Accident[] {
	const some = Object.values(accidents).filter(() => random.chance(0.3));
	return only ? only.map((name) => accidents[name]) : some;
}

/** Something happens to a phone, or to the server, that is no tap and no weather. */
export async function happen(scene: Scene, known: readonly Accident[], phone: Phone) {
	if (phone.device.status().network === 'revoked') return signInAgain(scene, phone);
	if (known.length > 0) await scene.random.pick(known)(scene, phone);
}
