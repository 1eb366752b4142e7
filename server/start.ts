import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from './config.ts';
import { ConfigError, loadDotEnv, readConfig } from './config.ts';
import { lockDataFolder } from './data-folder.ts';
import { startEmbeddedPostgres } from './database/embedded/embedded-postgres.ts';
import { waitForDatabase } from './database/wait-for-database.ts';
import { ensureEditorBuilt } from './editor-build.ts';
import { keepMemoryLow } from './keep-memory-low.ts';
import type { Logger } from './log.ts';
import { createLog } from './log.ts';
import { loadSecrets } from './secrets.ts';
import { StartError } from './start-error.ts';
import { createTerminal } from './terminal.ts';

/**
 * The process that `npm start` runs. stdout has lines for people: what is being done, then the URL. stderr has the log
 * (JSON; on a terminal warnings and worse only, unless LOG_LEVEL is set) and, when it can't start, one line that says
 * why; exit code 1 then. SIGINT and SIGTERM stop it cleanly, a second one at once.
 */

/** A clean stop takes no longer, whatever is under way; what is left goes on from the database at the next start. */
const STOP_WITHIN_MS = 20_000;

const terminal = createTerminal(process.stdout);
const stopping = new AbortController();
/** Undoes what was started, last first. */
const undo: (() => Promise<void>)[] = [];
let leaveDatabase = () => {};
let log: Logger = createLog('info', 2);

process.on('uncaughtException', (error) => crash(error));
process.on('unhandledRejection', (error) => crash(error));

const starting = start();
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
await starting.catch(fail);

async function start(): Promise<void> {
  loadDotEnv();
  const config = readConfig(process.env);
  const level = process.stderr.isTTY && !process.env.LOG_LEVEL ? 'warn' : config.LOG_LEVEL;
  log = createLog(level, 2);
  const isServer = config.ROLE !== 'worker';
  const begin = Date.now();
  await checkPort(config);
  if (config.shape === 'embedded') {
    const lock = await lockDataFolder(config.DATA_DIR);
    undo.push(lock.release);
  }
  const secrets = await loadSecrets(config);
  // Loading the application takes most of a second, which the database and the build need anyway.
  const loading = import('./boot.ts');
  loading.catch(() => {});
  const [databaseUrl] = await both(
    openDatabase(config),
    isServer && !process.argv.includes('--without-editor')
      ? ensureEditorBuilt({ progress: terminal.progress, signal: stopping.signal })
      : Promise.resolve(false),
  );
  stopping.signal.throwIfAborted();
  const { boot } = await loading;
  const running = await boot({ config, secrets, log, databaseUrl, progress: terminal.progress });
  undo.push(running.stop);
  log.info({ url: running.url, role: config.ROLE, milliseconds: Date.now() - begin }, 'started');
  terminal.line(`Replygraph ${isServer ? 'is' : 'worker is'} running at ${running.url}`);
  await keepMemoryLow();
}

/** The embedded database, or the one of DATABASE_URL once it answers. */
async function openDatabase(config: Config): Promise<string> {
  if (config.DATABASE_URL) {
    await waitForDatabase(config.DATABASE_URL, { signal: stopping.signal });
    return config.DATABASE_URL;
  }
  const database = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, log });
  undo.push(database.stop);
  leaveDatabase = database.stopWithoutWaiting;
  database.onExit((error) => crash(error));
  return database.url;
}

/** Waits for both also when one fails: what the other one started has to be undone. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const cancel = (error: unknown) => {
    stopping.abort(error);
    throw error;
  };
  await Promise.allSettled([first.catch(cancel), second.catch(cancel)]);
  // What failed first is the reason; the other one may only have been cancelled for it.
  stopping.signal.throwIfAborted();
  return Promise.all([first, second]);
}

/** Says at once that the port is taken, before a database is started for nothing. */
function checkPort({ PORT: port, HOST: host }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', (error: NodeJS.ErrnoException) => reject(portProblem(error, host, port)));
    probe.listen({ port, host }, () => probe.close(() => resolve()));
  });
}

function portProblem(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const where = `Port ${port} on ${host}`;
  if (error.code === 'EADDRINUSE') {
    return new StartError(`${where} is in use. Stop the other program or set PORT to a free one.`);
  }
  if (error.code === 'EACCES') {
    return new StartError(`${where} needs more rights than this user has. Set PORT to 1024 or more.`);
  }
  return new StartError(
    `${where} can't be listened on (${error.code}). Set HOST to an address of this machine.`,
  );
}

async function stop(): Promise<void> {
  if (stopping.signal.aborted) return leave(130);
  stopping.abort();
  terminal.line('Stopping …');
  const isDone = Promise.allSettled([starting]).then(undoAll);
  const inTime = await Promise.race([isDone.then(() => true), delay(STOP_WITHIN_MS, false, { ref: false })]);
  if (!inTime) log.error('not everything ended in time');
  leave(inTime ? 0 : 1);
}

/** A start that failed: one line where the reason is one that a person can remove. */
async function fail(error: unknown): Promise<void> {
  // Stopped by a signal: `stop` waits for this and cleans up.
  if (stopping.signal.aborted && stopping.signal.reason?.name === 'AbortError') return;
  stopping.abort(error);
  await undoAll();
  process.stderr.write(`${lineFor(error)}\n`);
  leave(1);
}

function lineFor(error: unknown): string {
  if (error instanceof StartError || error instanceof ConfigError) return error.message;
  if (isListenError(error)) return portProblem(error, error.address ?? '', error.port).message;
  log.fatal({ err: error }, 'the start failed');
  return `Replygraph could not start: ${error instanceof Error ? error.message : String(error)}`;
}

function isListenError(error: unknown): error is NodeJS.ErrnoException & { port: number; address?: string } {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen' && 'port' in error;
}

/** A bug, or a database that can't be brought back: the state of this process can't be trusted any more. */
function crash(error: unknown): void {
  log.fatal({ err: error }, 'the process ends');
  leave(1);
}

async function undoAll(): Promise<void> {
  // A step may wait for something that does not keep Node running, which would then end before the steps after it.
  const keepRunning = setInterval(() => {}, STOP_WITHIN_MS);
  for (const step of undo.splice(0).reverse()) {
    await step().catch((error: unknown) => log.error({ err: error }, 'a part did not stop cleanly'));
  }
  clearInterval(keepRunning);
}

/** Ends now. The database is told, and ends by itself. */
function leave(code: number): void {
  leaveDatabase();
  process.exit(code);
}
