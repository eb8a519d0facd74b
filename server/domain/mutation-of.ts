import type { Instant } from '#sync/core/time.ts';
import type { Mutation } from '#sync/protocol/sync.ts';
import { mutatorNamed, type ArgsOf, type MutatorName } from '#sync/registry.ts';

/**
 * A mutation that no phone made: by REST or by the clock. Its time is the server's own, so there is
 * nothing to correct; `at` when a caller tells of something that was done earlier.
 */
export function mutationOf<N extends MutatorName>(
	name: N,
	args: ArgsOf<N>,
	made: { readonly id: string; readonly now: Instant; readonly at?: Instant | undefined },
): Mutation {
	return {
		id: made.id,
		name,
		version: mutatorNamed(name)?.version ?? 1,
		args,
		base: {},
		after: [],
		at: { wall: made.at ?? made.now, offsetMs: 0, errorMs: 0 },
	};
}
