import type { RequestHandler } from 'express';
import type { Figures, WebhookOutcome, WebhookRoute } from './figures.ts';
import type { Traces } from './traces.ts';

const ROUTES: Record<WebhookRoute, string> = {
  app: '/webhooks/instagram',
  flow: '/webhooks/instagram/:flowId',
  http: '/webhooks/http/:flowId',
};

/** Times every webhook from its arrival to its answer. Mount it before the webhooks' router. */
export function watchWebhooks(figures: Figures, traces: Traces | null): RequestHandler {
  return (request, response, next) => {
    const route = request.method === 'POST' ? routeOf(request.path) : undefined;
    if (!route) return next();
    const begin = performance.now();
    const { traceparent, tracestate } = request.headers;
    const traced = traces?.webhook({
      method: request.method,
      route: ROUTES[route],
      headers: {
        traceparent: typeof traceparent === 'string' ? traceparent : undefined,
        tracestate: typeof tracestate === 'string' ? tracestate : undefined,
      },
    });
    response.once('close', () => {
      const status = response.writableFinished ? response.statusCode : 0;
      figures.webhook(route, outcomeOf(status), (performance.now() - begin) / 1_000);
      traced?.end(status);
    });
    if (traced) traced.run(next);
    else next();
  };
}

function routeOf(path: string): WebhookRoute | undefined {
  if (!path.startsWith('/webhooks/')) return undefined;
  if (path === '/webhooks/instagram') return 'app';
  if (path.startsWith('/webhooks/instagram/')) return 'flow';
  return path.startsWith('/webhooks/http/') ? 'http' : undefined;
}

/** @param status 0 when the connection went away before the answer */
function outcomeOf(status: number): WebhookOutcome {
  if (status === 0) return 'aborted';
  if (status < 300) return 'accepted';
  if (status >= 500) return 'failed';
  if (status === 404) return 'unknown_flow';
  return status === 401 || status === 403 ? 'refused' : 'invalid';
}
