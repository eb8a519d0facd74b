/**
 * Names of what one person keeps in this browser. `owner` is his user id; two phones side by side in
 * one browser put their letter before it.
 */
export const outboxName = (owner: string): string => `moto-out-${owner}`;

/** Documents of another shape live in another database: they are read again, never converted. */
export const stateName = (owner: string, schema: number): string =>
	`${stateNamePrefix}${schema}-${owner}`;
export const stateNamePrefix = 'moto-state-v';

export const syncLockName = (owner: string): string => `moto-sync-${owner}`;
export const liveLockName = (owner: string): string => `moto-live-${owner}`;
export const channelName = (owner: string): string => `moto-tabs-${owner}`;
