import { Rejection } from '#sync/core/rejection.ts';
import type { ArgsOf, MutatorName } from '#sync/registry.ts';
import type { Performed } from '#lib/device/sync/taps.ts';
import { whenOpen } from '#lib/device/running/in-use.svelte.ts';

/**
 * What buttons do. It shows at once what the mutation does, keeps it durably and sends it when there
 * is network. Rejects with a `Rejection` where it could not even be kept: `needs_network` for what
 * makes sense only online, `not_understood` for arguments that nobody would understand.
 */
export async function perform<N extends MutatorName>(name: N, args: ArgsOf<N>): Promise<Performed> {
	const open = await whenOpen();
	if (open === null) throw new Rejection('not_signed_in');
	return open.device.perform(name, args);
}
