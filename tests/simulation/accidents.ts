import { onNetworks } from './faults/network.ts';
import { onPeople } from './faults/people.ts';
import { onPhones, signInAgain } from './faults/phone.ts';
import { onServers } from './faults/server.ts';
import type { Phone } from './phone.ts';
import type { Random } from './random.ts';
import type { Accident, Scene } from './scene.ts';

const accidents = { ...onPhones, ...onServers, ...onPeople, ...onNetworks };
export type AccidentName = keyof typeof accidents;

/** A few kinds in each seed, so that what comes of one is not hidden by another. */
export function accidentsOf(
	random: Random,
	only: readonly AccidentName[] | undefined,
): readonly AccidentName[] {
	const share = random.pick([0, 0.1, 0.3, 1]);
	const some = Object.keys(accidents).filter(() => random.chance(share)) as AccidentName[];
	return only ?? some;
}

/** Something happens to a phone, a person or the server; or somebody gets over what did. */
export async function happen(
	scene: Scene,
	known: readonly AccidentName[],
	phone: Phone,
): Promise<void> {
	const { network } = phone.device.status();
	if (network === 'revoked') return signInAgain(scene, phone);
	if (network === 'signed_out') return scene.signIn(phone);
	if (known.length === 0) return;
	const name = scene.random.pick(known);
	scene.told.push([scene.time.now(), name, phone.name]);
	const accident: Accident = accidents[name];
	await accident(scene, phone);
}
