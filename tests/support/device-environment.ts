import type { Environment } from 'vitest/runtime';

/**
 * Node as it is, but modules are resolved and compiled as for a browser: Svelte's runes react
 * (its server runtime runs no effects), and packages give their browser builds.
 */
const device: Environment = {
	name: 'device',
	viteEnvironment: 'client',
	setup: () => ({ teardown: () => undefined }),
};

export default device;
