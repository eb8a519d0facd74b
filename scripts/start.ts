import { buildIfStale } from './build.ts';

/** The production server, in this process, so that the system's signals reach it directly. */
await buildIfStale();
await import('#server/main.ts');
