import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { routePath } from 'hono/route';
import type { MiddlewareHandler } from 'hono';
import { Rejection } from '#sync/core/rejection.ts';
import { RuleCrash } from './domain/crashes.ts';
import { authRoutes } from './routes/auth.ts';
import { blobRoutes } from './routes/blobs.ts';
import { bookingRoutes } from './routes/bookings.ts';
import type { Route } from './routes/definition.ts';
import { demoRoutes } from './routes/demo.ts';
import { describeApi } from './routes/docs.ts';
import { deviceRoutes } from './routes/devices.ts';
import { headersFor, inert, modeOf, plainPaths, sameSiteWrites } from './routes/guard.ts';
import { healthRoutes } from './routes/health.ts';
import type { House } from './routes/house.ts';
import { liveRoutes } from './routes/live.ts';
import { meRoutes } from './routes/me.ts';
import { servePages } from './routes/pages.ts';
import { Problem, problem } from './routes/problem.ts';
import { register } from './routes/route.ts';
import { shopRoutes } from './routes/shops.ts';
import { syncRoutes } from './routes/sync.ts';
import { vehicleRoutes } from './routes/vehicles.ts';
import { workRoutes } from './routes/work.ts';

/** Every route of the API; those of the demo exist only there. */
export const routesOf = (house: Pick<House, 'demo'>): readonly Route[] => [
	...healthRoutes,
	...authRoutes,
	...meRoutes,
	...shopRoutes,
	...vehicleRoutes,
	...bookingRoutes,
	...workRoutes,
	...syncRoutes,
	...deviceRoutes,
	...liveRoutes,
	...blobRoutes,
	...(house.demo === null ? [] : demoRoutes),
];

/** The server as one function from request to answer, without a socket: tests call `app.request()`. */
export function createApp(house: House): Hono {
	const app = new Hono();
	const routes = routesOf(house);
	app.use(logged(house));
	app.use(headersFor(house));
	app.use('/api/*', modeOf(house), inert, plainPaths, sameSiteWrites(house));
	app.onError((error) => answerTo(error, house));

	register(app, house, routes);
	describeApi(app, routes);
	app.all('/api/*', () => {
		throw new Problem('not_found');
	});
	servePages(app, house);
	app.notFound(() => problem(new Problem('not_found')));
	return app;
}

/** A refusal is an answer. Whatever else is thrown is ours to mend: said once, and to be tried again. */
function answerTo(error: Error, { log }: House): Response {
	if (error instanceof Problem) return problem(error);
	if (error instanceof Rejection) return problem(new Problem(error.code, error.extras));
	if (error instanceof HTTPException) return problem(new Problem('malformed'));
	const mutationId = error instanceof RuleCrash ? error.mutationId : undefined;
	log.error({ err: error, mutationId }, 'request failed');
	return problem(new Problem('unavailable'));
}

/** One line for each request: the route, never the path, which holds ids; no names, no numbers. */
const logged =
	({ log }: House): MiddlewareHandler =>
	async (c, next) => {
		const began = performance.now();
		await next();
		const ms = Math.round(performance.now() - began);
		log.info({ method: c.req.method, route: routePath(c), status: c.res.status, ms }, 'request');
	};
