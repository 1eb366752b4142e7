/** Aborted by Ctrl+C or SIGTERM, so that what was begun is undone and a database that was started is stopped. */
export function onInterruption(): { signal: AbortSignal; [Symbol.dispose](): void } {
  const controller = new AbortController();
  const abort = () => controller.abort(new Interrupted());
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', abort);
      process.off('SIGTERM', abort);
    },
  };
}

/** Somebody stopped the command. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor() {
    super('Interrupted; nothing was changed.');
  }
}
