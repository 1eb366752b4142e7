import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';

/** How something that was traced ended. */
export type SpanEnd = {
  status: string;
  /** A code of ours (`instagram_busy`), never a message: those may quote people. */
  errorCode?: string | undefined;
  /** When, by `performance.now()`; default now. */
  at?: number | undefined;
};

export type TracedStep = {
  /** What happens inside belongs to the step: its calls become its children. */
  run<T>(work: () => T): T;
  end(end: SpanEnd): void;
};

export type TracedExecution = {
  step(step: { type: string; nodeId: string; attempt: number }): TracedStep;
  end(end: SpanEnd): void;
};

export type TracedWebhook = { run<T>(work: () => T): T; end(statusCode: number): void };

/** Spans of webhooks, executions, steps and calls of the Graph API, sent to a collector. */
export type Traces = {
  /** @param headers W3C `traceparent` and `tracestate` of the request are honoured */
  webhook(request: {
    method: string;
    /** Without ids: `/webhooks/instagram/:flowId`. */
    route: string;
    headers: { traceparent?: string | undefined; tracestate?: string | undefined };
  }): TracedWebhook;
  /** The webhook inside whose `run` this is called started these executions. */
  stored(executionIds: string[]): void;
  /** @param isFirst false when it goes on after it had waited, or was taken over */
  execution(execution: { id: string; flowId: string; isFirst: boolean }): TracedExecution;
  /** A call made by the step inside whose `run` this is called. */
  graphCall(call: { operation: string; method: string }): { end(end: SpanEnd): void };
  /** Of the webhook or step inside whose `run` this is called. */
  currentTraceId(): string | undefined;
  /** Sends what is left, for 3 seconds at most. */
  close(): Promise<void>;
};

type TraceConfig = Pick<
  Config,
  'OTEL_EXPORTER_OTLP_ENDPOINT' | 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT' | 'OTEL_SDK_DISABLED' | 'ROLE'
>;

/**
 * Starts tracing where a collector is configured. Without one nothing of OpenTelemetry is loaded, which would cost some
 * 10 MB and part of the start. The SDK itself reads the other `OTEL_*` variables of the environment.
 */
export async function openTraces(config: TraceConfig, log: Logger): Promise<Traces | null> {
  const endpoint = config.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint || config.OTEL_SDK_DISABLED === 'true') return null;
  const { createTraces } = await import('./open-telemetry.ts');
  return createTraces({ role: config.ROLE, log });
}

/**
 * The id of the trace that an execution is in: its own id. So whoever has the one has the other, and what goes on in
 * another process, hours later, is in the same trace.
 */
export const traceIdOf = (executionId: string): string => executionId.replaceAll('-', '');
