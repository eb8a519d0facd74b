import { readConfig, type Config } from './config.ts';

const nodeMin = 24;
const [major = 0] = process.versions.node.split('.').map(Number);

if (major < nodeMin) {
	stop(`Node ${nodeMin} or newer is needed; this is ${process.versions.node}.`);
} else {
	const { config, ...read } = readConfig(process.env);
	if (config === null) stop(...read.problems);
	else {
		await open(config, 'warnings' in read ? read.warnings : []).catch((error: unknown) =>
			stop(error instanceof Error ? error.message : String(error)),
		);
	}
}

/** What these load is loaded only now: an older Node could not even read it. */
async function open(config: Config, warnings: readonly string[]): Promise<void> {
	if (config.databaseUrl === null) {
		// A second server on the folder hears so at once, not after everything has been loaded.
		const { lockFolder } = await import('./db/pglite/folder-lock.ts');
		lockFolder(config.dataDir).release();
	}
	const { start } = await import('./start.ts');
	await start(config, warnings);
}

function stop(...reasons: readonly string[]): void {
	for (const reason of reasons) process.stderr.write(`${reason}\n`);
	process.exitCode = 1;
}
