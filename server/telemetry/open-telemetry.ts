import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { Attributes, Context, Link, Span, SpanContext } from '@opentelemetry/api';
import {
  createTraceState,
  DiagLogLevel,
  diag,
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  detectResources,
  envDetector,
  hostDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import type { Logger } from '../log.ts';
import { LruMap } from '../lru-map.ts';
import { programVersion } from '../program-version.ts';
import type { SpanEnd, TracedExecution, TracedStep, Traces } from './traces.ts';
import { traceIdOf } from './traces.ts';

/** Longer and a stop would wait for a collector that is gone. */
const FLUSH_WITHIN_MS = 3_000;

/** A collector that is gone is worth a line now and then. */
const COMPLAIN_EVERY_MS = 60_000;

/** Webhooks whose executions have not begun here; more are rare, and lose only the link back. */
const MOST_WEBHOOKS = 10_000;

/**
 * Traces on OpenTelemetry's SDK. Import it lazily (see openTraces). The provider is not made the global one: libraries
 * that trace through the global API would put what people wrote into their spans.
 */
export function createTraces({ role, log }: { role: string; log: Logger }): Traces {
  complainRarely(log);
  const ids = new ChosenIds();
  const provider = new NodeTracerProvider({
    idGenerator: ids,
    resource: resourceFromAttributes({
      'service.name': 'replygraph',
      'service.version': programVersion(),
      'replygraph.role': role,
    }).merge(detectResources({ detectors: [envDetector, hostDetector, serviceInstanceIdDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('replygraph');
  const current = new AsyncLocalStorage<Span>();
  const webhooks = new LruMap<string, SpanContext>(MOST_WEBHOOKS);

  function startStep(
    parent: Span,
    { type, nodeId, attempt }: { type: string; nodeId: string; attempt: number },
  ): TracedStep {
    const attributes = {
      'replygraph.node.type': type,
      'replygraph.node.id': nodeId,
      'replygraph.step.attempt': attempt,
    };
    const span = tracer.startSpan(type, { attributes }, childOf(parent));
    return {
      run: (work) => current.run(span, work),
      end: (end) => endSpan(span, 'replygraph.step.status', end),
    };
  }

  function startExecution(id: string, flowId: string, isFirst: boolean): TracedExecution {
    const webhook = webhooks.get(id);
    webhooks.delete(id);
    const links: Link[] = webhook ? [{ context: webhook }] : [];
    const attributes = { 'replygraph.execution.id': id, 'replygraph.flow.id': flowId };
    const spanContext = firstSpanOf(id);
    ids.next = isFirst ? spanContext : { ...spanContext, spanId: randomSpanId() };
    const span = tracer.startSpan('execution', { root: true, attributes, links }, ROOT_CONTEXT);
    return {
      step: (step) => startStep(span, step),
      end: (end) => endSpan(span, 'replygraph.execution.status', end),
    };
  }

  return {
    webhook: ({ method, route, headers }) => {
      const attributes: Attributes = { 'http.request.method': method, 'http.route': route };
      const span = tracer.startSpan(
        `${method} ${route}`,
        { kind: SpanKind.SERVER, attributes },
        remoteParent(headers),
      );
      return {
        run: (work) => current.run(span, work),
        end: (statusCode) => {
          if (statusCode > 0) span.setAttribute('http.response.status_code', statusCode);
          if (statusCode === 0 || statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    stored: (executionIds) => {
      const span = current.getStore();
      if (!span || executionIds.length === 0) return;
      span.setAttribute('replygraph.execution.ids', executionIds);
      for (const id of executionIds) {
        span.addLink({ context: firstSpanOf(id) });
        webhooks.set(id, span.spanContext());
      }
    },
    execution: ({ id, flowId, isFirst }) => startExecution(id, flowId, isFirst),
    graphCall: ({ operation, method }) => {
      const parent = current.getStore();
      const span = tracer.startSpan(
        `graph ${operation}`,
        { kind: SpanKind.CLIENT, attributes: { 'http.request.method': method } },
        parent ? childOf(parent) : ROOT_CONTEXT,
      );
      return { end: (end) => endSpan(span, 'replygraph.graph_call.outcome', end) };
    },
    currentTraceId: () => current.getStore()?.spanContext().traceId,
    close: async () => {
      const { promise: over, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, FLUSH_WITHIN_MS);
      // What could not be sent has been complained about.
      await Promise.race([provider.shutdown().catch(() => {}), over]);
      clearTimeout(timer);
    },
  };
}

/** Ids for the next span, where they are given: those of an execution follow from its own id. */
class ChosenIds {
  next: { traceId: string; spanId: string } | undefined;

  generateTraceId(): string {
    const { traceId = randomBytes(16).toString('hex') } = this.next ?? {};
    this.next = undefined;
    return traceId;
  }

  /** The SDK asks for the span's id first. */
  generateSpanId(): string {
    return this.next?.spanId ?? randomSpanId();
  }
}

const randomSpanId = () => randomBytes(8).toString('hex');

/** Known before the execution begins, in whatever process: so a webhook can link to it. */
function firstSpanOf(executionId: string): SpanContext {
  const traceId = traceIdOf(executionId);
  return { traceId, spanId: traceId.slice(16), traceFlags: TraceFlags.SAMPLED };
}

const childOf = (parent: Span): Context => trace.setSpan(ROOT_CONTEXT, parent);

/** "Trace Context" of the W3C, version 00 and what later ones have in common with it. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

function remoteParent({
  traceparent,
  tracestate,
}: {
  traceparent?: string | undefined;
  tracestate?: string | undefined;
}): Context {
  const [, traceId = '', spanId = '', flags = '00'] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const parent: SpanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(tracestate && { traceState: createTraceState(tracestate) }),
  };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

function endSpan(span: Span, statusAttribute: string, { status, errorCode, at }: SpanEnd): void {
  span.setAttribute(statusAttribute, status);
  if (errorCode) {
    span.setAttribute('error.type', errorCode);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end(at);
}

function complainRarely(log: Logger): void {
  let last = Number.NEGATIVE_INFINITY;
  const complain = (message: string) => {
    if (performance.now() - last < COMPLAIN_EVERY_MS) return;
    last = performance.now();
    log.warn({ reason: message.slice(0, 300) }, 'Traces could not be sent');
  };
  const silent = () => {};
  diag.setLogger(
    { error: complain, warn: complain, info: silent, debug: silent, verbose: silent },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}
