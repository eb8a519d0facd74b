import { id } from '#tests/support/cast.ts';

/** Names the data set of all simulated worlds. */
export const install = id('device', 200);
