import type { NodeServices } from '../engine/services.ts';

/** What a crash can fall before or after: anything that leaves the process. */
const MOMENTS = ['store', 'claim', 'journal', 'send', 'queue', 'ingest'] as const;
type Moment = (typeof MOMENTS)[number];

/** Goes around everything that leaves the process, so that a test can end it right before or after. */
export type Faults = <T>(moment: Moment, action: () => Promise<T>) => Promise<T>;

export const noFaults: Faults = (_moment, action) => action();

/** How `KILL_AT` looks: `before journal 2`, `after send 1`, `before claim 1 since SIGUSR2`. */
export const KILL_AT = new RegExp(`^(before|after) (${MOMENTS.join('|')}) ([1-9]\\d{0,4})( since SIGUSR2)?$`);

/** Written to stderr when the signal has come. */
export const COUNTING = 'KILL_AT is counting';

/**
 * Ends the process with SIGKILL at the moment that `killAt` names: before or after the n-th of its kind, counted from the
 * start or from a signal.
 */
export function createFaults(killAt: string | undefined): Faults {
  const [, when, moment, count, sinceSignal] = KILL_AT.exec(killAt ?? '') ?? [];
  if (!when) return noFaults;
  let left = Number(count);
  let isCounting = !sinceSignal;
  if (sinceSignal) {
    process.once('SIGUSR2', () => {
      isCounting = true;
      process.stderr.write(`${COUNTING}\n`);
    });
  }
  const die = () => process.kill(process.pid, 'SIGKILL');
  return async (at, action) => {
    const isNow = isCounting && at === moment && --left === 0;
    if (isNow && when === 'before') die();
    const result = await action();
    if (isNow) die();
    return result;
  };
}

/** The services of a node whose effects are moments of `faults`. */
export function servicesWithFaults(services: NodeServices, faults: Faults): NodeServices {
  if (faults === noFaults) return services;
  const { instagram } = services;
  return {
    ...services,
    instagram: {
      ...instagram,
      replyToComment: (...call) => faults('send', () => instagram.replyToComment(...call)),
      privateReply: (...call) => faults('send', () => instagram.privateReply(...call)),
      sendMessage: (...call) => faults('send', () => instagram.sendMessage(...call)),
      hideComment: (...call) => faults('send', () => instagram.hideComment(...call)),
      deleteComment: (...call) => faults('send', () => instagram.deleteComment(...call)),
      allowComments: (...call) => faults('send', () => instagram.allowComments(...call)),
      sendMedia: (...call) => faults('send', () => instagram.sendMedia(...call)),
      sendButtons: (...call) => faults('send', () => instagram.sendButtons(...call)),
      sendCards: (...call) => faults('send', () => instagram.sendCards(...call)),
      senderAction: (...call) => faults('send', () => instagram.senderAction(...call)),
      react: (...call) => faults('send', () => instagram.react(...call)),
      createContainer: (...call) => faults('send', () => instagram.createContainer(...call)),
      publishContainer: (...call) => faults('send', () => instagram.publishContainer(...call)),
    },
  };
}
