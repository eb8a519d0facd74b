/** Raised when documents change their shape: a device then starts a new state database. */
export const schemaVersion = 2;

/** Shapes that the server still tells, the newest first: installed apps are updated when they can be. */
export const schemasTold: readonly number[] = [2, 1];
