/** Raised when documents change their shape: a device then starts a new state database. */
export const schemaVersion = 1;
