import { readConfig } from './config.ts';

const nodeMin = 24;
const [major = 0] = process.versions.node.split('.').map(Number);

if (major < nodeMin) {
	stop(`Node ${nodeMin} or newer is needed; this is ${process.versions.node}.`);
} else {
	const { config, ...read } = readConfig(process.env);
	if (config === null) stop(...read.problems);
	else {
		// Loaded only now: an older Node could not even read these files.
		const { start } = await import('./start.ts');
		await start(config, 'warnings' in read ? read.warnings : []).catch((error: unknown) =>
			stop(error instanceof Error ? error.message : String(error)),
		);
	}
}

function stop(...reasons: readonly string[]): void {
	for (const reason of reasons) process.stderr.write(`${reason}\n`);
	process.exitCode = 1;
}
