import { shuffled } from '../cast.ts';
import type { Faults } from '../network.ts';
import type { Random } from '../random.ts';
import type { Accident } from '../scene.ts';

const clogMsMax = 120_000;

/** Requests arrive and answers do not; or answers would, and no request arrives. */
const oneWay: Accident = ({ wireOf, random }, phone) => {
	const wire = wireOf(phone);
	wire.deaf = wire.deaf === null ? random.pick(['in', 'out'] as const) : null;
};

/** The lines are clogged one after the other, and freed in another order. */
const swizzle: Accident = ({ phones, wireOf, random, time }) => {
	for (const phone of shuffled(random, phones)) {
		const { clog, free } = wireOf(phone);
		const begins = random.below(clogMsMax);
		time.after(begins, clog);
		time.after(begins + random.below(clogMsMax), free);
	}
};

/** The streams stop telling, and nobody notices. */
const silentStreams: Accident = ({ silence }) => silence();

export const onNetworks = { oneWay, swizzle, silentStreams };

/** A random subset, so that rare combinations come up and quiet runs too. */
export const faultsOf = (random: Random): Faults => ({
	requestLost: random.chance(0.5) ? 0.3 : 0,
	replyLost: random.chance(0.5) ? 0.3 : 0,
	duplicate: random.chance(0.5) ? 0.2 : 0,
	delayMsMax: random.pick([200, 200, 20_000, 600_000]),
	late: random.chance(0.5) ? 0.5 : 0,
	cut: random.chance(0.3) ? 0.2 : 0,
	wall: random.chance(0.2) ? 0.1 : 0,
});
