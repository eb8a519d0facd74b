/** Loaded into the servers of the bench (`node --import`): tells their memory when it is asked. */
process.on('message', () => {
	globalThis.gc?.();
	const { rss, heapUsed, external } = process.memoryUsage();
	process.send?.({ rss, heap: heapUsed + external });
});
process.channel?.unref();
