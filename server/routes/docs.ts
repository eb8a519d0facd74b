import type { Hono } from 'hono';
import { generateSpecs } from 'hono-openapi';
import { components } from './describe.ts';
import { sourceOf } from './pages.ts';
import type { Route } from './definition.ts';

/** The description of the API, and a page that shows it without a script or a foreign host. */
export function describeApi(app: Hono, routes: readonly Route[]): void {
	let made: Promise<object> | null = null;
	app.get('/api/openapi.json', async (c) => {
		made ??= generateSpecs(app, {
			documentation: {
				info: { title: 'Moto ServiceHub', version: '1', description: introduction },
				components,
			},
			defaultValidationErrorResponse: false,
		});
		return c.json(await made);
	});
	const page = pageOf(routes);
	app.get('/docs', (c) =>
		c.html(page, 200, {
			'Cache-Control': 'no-cache',
			'Content-Security-Policy': `default-src 'none'; style-src ${sourceOf(style)}; frame-ancestors 'none'`,
		}),
	);
}

const introduction =
	'JSON in, JSON out. Times are ISO 8601 in UTC with three decimals, money is whole paise, ids are ' +
	'UUIDs. Writes take an Idempotency-Key: a repeat gets the first answer.';

const style = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: 0.4rem 0.8rem 0.4rem 0; border-bottom: 1px solid #8885; vertical-align: top; }
code { font-family: ui-monospace, monospace; }
`;

function pageOf(routes: readonly Route[]): string {
	const rows = [...routes]
		.sort((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method))
		.map(
			({ method, path, who, summary }) =>
				`<tr><td><code>${method}</code></td><td><code>${path}</code></td>` +
				`<td>${typeof who === 'string' ? who.replace('_', ' ') : who.join(', ')}</td>` +
				`<td>${summary}</td></tr>`,
		);
	return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Moto ServiceHub: the API</title><style>${style}</style></head>
<body><h1>The API</h1><p>${introduction} In full, for programs: <a href="/api/openapi.json">openapi.json</a>.</p>
<table><thead><tr><th>Method</th><th>Path</th><th>Who</th><th>What it does</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></body></html>`;
}
