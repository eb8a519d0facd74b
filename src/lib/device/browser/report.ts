/** Bugs go where the browser shows uncaught ones: seen in the console, and by whoever listens. */
export const report = (error: unknown): void => reportError(error);
