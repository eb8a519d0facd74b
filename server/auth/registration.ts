import type { Logger } from 'pino';
import { systemActor } from '#sync/core/actor.ts';
import { derivedIds } from '#sync/core/id.ts';
import { actorOf } from '../domain/access.ts';
import { mutationOf } from '../domain/mutation-of.ts';
import { perform, type World } from '../domain/perform.ts';
import type { Verified } from './better-auth.ts';

/**
 * Makes a customer of whoever signs in and is nobody yet. The mutation's id follows from the
 * user's, so that two first sign-ins at once make one customer.
 */
export const registerCustomer =
	(world: World, log: Logger) =>
	async ({ id: userId, phone, name }: Verified): Promise<void> => {
		const { grants } = await actorOf(world.port, userId);
		if (grants.length > 0) return;
		const now = world.now();
		const id = derivedIds(userId, '1970-01-01T00:00:00.000Z')();
		const mutation = mutationOf('customer.register', { userId, phone, name }, { id, now });
		const [outcome] = await perform(world, [{ actor: systemActor, mutation, hash: userId }]);
		if (outcome?.refusal !== undefined)
			log.warn({ userId, refusal: outcome.refusal }, 'signed in, but not registered');
	};
