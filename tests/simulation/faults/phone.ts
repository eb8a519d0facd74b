import { hourMs } from '#sync/core/time.ts';
import { device, type Device } from '#server/db/device.ts';
import { revoke } from '#server/domain/devices.ts';
import { DiskFull, type Phone } from '../phone.ts';
import { madeId, type Accident, type Scene } from '../scene.ts';
import { look, takeBack } from '../taps.ts';

/** Documents in a shape that the server still tells, and in one that it does not know. */
const otherSchemas = [1, 900];

/** One disk, two phones: from now on both use its numbers. */
const copyPhone: Accident = ({ phones, copyOf }, phone) => {
	if (phones.some(({ name }) => name.endsWith('again'))) return;
	copyOf(phone, `${phone.name} again`);
};

const fillDisk: Accident = ({ random }, phone) => {
	phone.disk.failWriteAt(1 + random.below(6), new DiskFull('planted: no room'));
};

/** Killed between any two uses of its disk: between a row of the outbox and its ack, for one. */
const dieMidway: Accident = ({ random }, phone) => {
	phone.dieAt(1 + random.below(20), random.pick(['before', 'after']));
};

const evict: Accident = ({ noticesEviction }, phone) => {
	if (noticesEviction) evictDocuments(phone);
	else phone.whileOff((disk) => disk.evictDocuments((place) => place));
};

export const evictDocuments = (phone: Phone): void =>
	phone.whileOff((disk) => disk.evictDocuments((place) => ({ ...place, cursors: {} })));

/** The browser throws away the outbox, and with it all that would be read without it. */
const evictAll: Accident = async (scene, phone) => {
	const { store, wireOf, losses, time } = scene;
	const { device: own } = await phone.disk.open().books();
	const known = store.state().tables.get(device.name)?.get(own.id) as Device | undefined;
	const isKnown = known !== undefined && known.pendingReported > 0;
	const loss = { phone, deviceId: own.id };
	scene.losses = [...losses.filter((each) => each.phone !== phone), ...(isKnown ? [loss] : [])];
	const { log } = store.state();
	const wire = wireOf(phone);
	wire.promised = new Set([...wire.promised].filter((id) => log.has(id)));
	phone.tapped.length = 0;
	phone.takenBack.clear();
	const id = madeId(scene, time.now());
	phone.whileOff((disk) => disk.evictAll(id));
};

/** Its owner signs it off, maybe while an answer is on its way to it. */
const signOff: Accident = async ({ calm, meanwhile }, phone) => {
	const { device: own } = await phone.disk.open().books();
	const [known] = await calm.port.read(device, [own.id]);
	if (known) meanwhile(revoke(calm, String(phone.actor.userId), own.id));
};

/** And signs in on it again: its work goes on as another device's. */
export async function signInAgain(scene: Scene, phone: Phone): Promise<void> {
	const id = madeId(scene, scene.time.now());
	try {
		await phone.disk.open().change(({ outbox }) => scene.reborn(outbox, id));
		scene.signIn(phone);
	} catch (error) {
		if (!(error instanceof DiskFull)) throw error; // He tries once more.
	}
}

/** The app on it is not the server's: older, or newer. Later it is updated with whatever waits on it. */
const otherApp: Accident = async (scene, phone) => {
	const wire = scene.wireOf(phone);
	if (wire.oldSchema !== null) return update(scene, phone);
	wire.oldSchema = scene.random.pick(otherSchemas);
	phone.restart();
};

export async function update({ wireOf, updated }: Scene, phone: Phone): Promise<void> {
	const wire = wireOf(phone);
	const was = wire.oldSchema;
	if (was === null) return;
	wire.oldSchema = null;
	phone.whileOff((disk) => disk.evictDocuments((place) => ({ ...place, schema: was })));
	await updated(phone);
}

const anotherTab: Accident = (_scene, phone) => phone.openTab(false);
/** Where the browser's locks fail, both tabs sync. */
const twoLeaders: Accident = (_scene, phone) => phone.openTab(true);

/** Of the people who share a phone, another one takes it: the app of the one before is closed. */
const changeHands: Accident = ({ phones }, phone) => {
	const [other] = phones.filter((each) => each !== phone && each.number === phone.number);
	if (!other || other.actor.userId === phone.actor.userId) return;
	phone.switchOff();
	if (!other.isOn) other.restart();
};

const takeSomethingBack: Accident = ({ random }, phone) => takeBack(phone, random);
const lookAtSomething: Accident = ({ random }, phone) => look(phone, random);

/** An hour fast, and corrected the next time. */
const setClock: Accident = (_scene, phone) => {
	phone.skewMs += Math.abs(phone.skewMs % (24 * hourMs)) === hourMs ? -hourMs : hourMs;
};
const jumpClock: Accident = ({ random }, phone) => {
	phone.skewMs = (random.below(53) - 26) * hourMs;
};

export const onPhones = {
	...{ copyPhone, fillDisk, dieMidway, evict, evictAll, signOff, otherApp, anotherTab, twoLeaders },
	...{ changeHands, takeSomethingBack, lookAtSomething, setClock, jumpClock },
};
