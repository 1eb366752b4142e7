import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createLog } from '../log.ts';
import type { Installation } from './testing/installation.ts';
import { startInstallation } from './testing/installation.ts';
import type { ReceivedSpan, TraceReceiver } from './testing/trace-receiver.ts';
import { startTraceReceiver } from './testing/trace-receiver.ts';
import { logWithTraceIds } from './trace-log.ts';
import { openTraces } from './traces.ts';

const BOOT = fileURLToPath(new URL('../boot.ts', import.meta.url));
const REMOTE = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
const TEXT = 'What people write stays here';

const span = (spans: ReceivedSpan[], name: string): ReceivedSpan => {
  const found = spans.filter((one) => one.name === name);
  expect(found, name).toHaveLength(1);
  return found[0] as ReceivedSpan;
};

let receiver: TraceReceiver;
let installation: Installation;
let answered: string;
let refused: string;

/** Two comments, the second refused by Instagram; then a stop, which sends what is left. */
beforeAll(async () => {
  receiver = await startTraceReceiver();
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-team=social',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  installation = await startInstallation(environment);
  const traceparent = `00-${REMOTE.traceId}-${REMOTE.spanId}-01`;
  await installation.comment(TEXT, { traceparent });
  await installation.untilExecutions(['succeeded']);
  await installation.comment(`${TEXT}: refuse`);
  [answered = '', refused = ''] = await installation.untilExecutions(['succeeded', 'failed']);
  await installation.running.stop();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await installation?.close();
  await receiver?.close();
});

const traceOf = (executionId: string): ReceivedSpan[] =>
  receiver.spans.filter(({ traceId }) => traceId === executionId.replaceAll('-', ''));

it('an execution is a trace of its steps and their calls', () => {
  const spans = traceOf(answered);
  const execution = span(spans, 'execution');
  const step = span(spans, 'instagram.reply_to_comment');
  const call = span(spans, 'graph reply_to_comment');

  expect(spans).toHaveLength(3);
  expect(execution.parentSpanId).toBeUndefined();
  expect(step.parentSpanId).toBe(execution.spanId);
  expect(call.parentSpanId).toBe(step.spanId);
  expect(execution.attributes).toMatchObject({
    'replygraph.execution.id': answered,
    'replygraph.flow.id': installation.flowId,
    'replygraph.execution.status': 'succeeded',
  });
  expect(step.attributes).toMatchObject({
    'replygraph.node.type': 'instagram.reply_to_comment',
    'replygraph.node.id': 'reply',
    'replygraph.step.attempt': 1,
    'replygraph.step.status': 'succeeded',
  });
  expect(call.kind).toBe(3);
  expect(call.startTimeUnixNano).toBeGreaterThanOrEqual(step.startTimeUnixNano);
  expect(call.endTimeUnixNano).toBeLessThanOrEqual(step.endTimeUnixNano);
});

it('what failed says by which code', () => {
  const spans = traceOf(refused);
  for (const name of ['execution', 'instagram.reply_to_comment', 'graph reply_to_comment']) {
    const failed = span(spans, name);
    expect(failed.attributes['error.type']).toBe('instagram_refused');
    expect(failed.status.code).toBe(2);
  }
});

it('a webhook belongs to the trace of its sender, and is linked with the execution that it started', () => {
  const webhooks = receiver.spans.filter(({ name }) => name === 'POST /webhooks/instagram/:flowId');
  const webhook = webhooks.find(({ traceId }) => traceId === REMOTE.traceId);
  const execution = span(traceOf(answered), 'execution');

  expect(webhooks).toHaveLength(2);
  expect(webhook).toMatchObject({ parentSpanId: REMOTE.spanId, kind: 2 });
  expect(webhook?.attributes).toMatchObject({
    'http.response.status_code': 200,
    'replygraph.execution.ids': [answered],
  });
  expect(webhook?.links).toMatchObject([{ traceId: execution.traceId, spanId: execution.spanId }]);
  expect(execution.links).toMatchObject([{ traceId: REMOTE.traceId, spanId: webhook?.spanId }]);
});

it('the environment says who sends, and with what headers', () => {
  expect(receiver.resources[0]).toMatchObject({
    'service.name': 'replygraph',
    'deployment.environment': 'test',
    'replygraph.role': 'all',
  });
  expect(receiver.headers[0]).toMatchObject({ 'x-team': 'social' });
});

it('neither texts nor tokens leave the house', () => {
  const everything = receiver.everything();
  for (const secret of [TEXT, 'access-token-of-the-stub', 'mia', 'person-of']) {
    expect(everything).not.toContain(secret);
  }
});

it('a sampler of the environment that keeps nothing keeps nothing', async () => {
  const other = await startTraceReceiver();
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', other.url);
  vi.stubEnv('OTEL_TRACES_SAMPLER', 'parentbased_traceidratio');
  vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', '0');
  const config = { OTEL_EXPORTER_OTLP_ENDPOINT: other.url, ROLE: 'all' as const };
  const traces = await openTraces(
    { ...config, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: undefined, OTEL_SDK_DISABLED: undefined },
    createLog('silent'),
  );
  traces?.execution({ id: answered, flowId: 'flow', isFirst: true }).end({ status: 'succeeded' });
  await traces?.close();

  expect(traces).not.toBeNull();
  expect(other.spans).toEqual([]);
  await other.close();
});

it('a line of the log names the trace of its execution, or of the step that it is written in', () => {
  const lines: unknown[] = [];
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) };
  const log = pino({ base: undefined, timestamp: false, redact: ['token'] }, stream);
  const current = { traceId: undefined as string | undefined };
  const traced = logWithTraceIds(log, { currentTraceId: () => current.traceId });

  traced.info({ executionId: answered, token: 'secret' }, 'of an execution');
  traced.info('outside');
  current.traceId = REMOTE.traceId;
  traced.warn({ requestId: '1' }, 'inside');

  expect(lines).toMatchObject([
    { executionId: answered, traceId: answered.replaceAll('-', ''), token: '[Redacted]' },
    { msg: 'outside' },
    { requestId: '1', traceId: REMOTE.traceId, msg: 'inside' },
  ]);
  expect(lines[1]).not.toHaveProperty('traceId');
});

it('without a collector nothing of the SDK is loaded', async () => {
  const script = `
    import { createRequire } from 'node:module';
    await import(${JSON.stringify(BOOT)});
    const { openTraces } = await import(${JSON.stringify(BOOT.replace('boot.ts', 'telemetry/traces.ts'))});
    const loaded = () => Object.keys(createRequire(import.meta.url).cache)
      .filter((path) => /@opentelemetry.(sdk-trace|exporter|resources|otlp)/.test(path)).length;
    const before = [await openTraces({ ROLE: 'all' }), loaded()];
    await openTraces({ ROLE: 'all', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }, console);
    console.log(JSON.stringify([...before, loaded() > 0]));
    process.exit();`;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);

  expect(JSON.parse(stdout)).toEqual([null, 0, true]);
});
