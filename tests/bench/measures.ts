import type { Measure } from './support/contest.ts';
import { door } from './measures/door.ts';
import { firstSync } from './measures/first-sync.ts';
import { growth } from './measures/growth.ts';
import { crowd, latency } from './measures/latency.ts';
import { lostEdits } from './measures/lost.ts';
import { offline } from './measures/offline.ts';
import { slots } from './measures/slots.ts';
import { statements } from './measures/statements.ts';
import { idleStreams } from './measures/streams.ts';

/** All measures, in the order of docs/performance.md. */
export const measures: readonly Measure[] = [
	...[door, latency, crowd, firstSync, offline],
	...[lostEdits, slots, idleStreams, growth, statements],
];
