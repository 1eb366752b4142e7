import type { Principal } from '../http/route.ts';

/** How many WebSockets may be open at a process: together, for one workspace, and for one person or API key. */
export type SocketLimits = { perProcess: number; perWorkspace: number; perHolder: number };

/** A socket costs some 20 KB; a full server sends browsers on to the next one. */
export const SOCKET_LIMITS: SocketLimits = { perProcess: 10_000, perWorkspace: 5_000, perHolder: 200 };

export type SocketPlaces = {
  /** A connection wants in, from whomever. The answer gives its place back; null when the process is full. */
  enter(): (() => void) | null;
  /** It turns out who it is. Answers the reason when that one has too many. */
  sit(principal: Principal): { leave(): void } | { refusal: string };
};

export function createSocketPlaces(limits: SocketLimits): SocketPlaces {
  const taken = new Map<string, number>();

  function takePlace(key: string, limit: number): boolean {
    const count = taken.get(key) ?? 0;
    if (count < limit) taken.set(key, count + 1);
    return count < limit;
  }

  function giveBack(key: string): void {
    const count = (taken.get(key) ?? 0) - 1;
    if (count > 0) taken.set(key, count);
    else taken.delete(key);
  }

  return {
    enter: () => (takePlace('process', limits.perProcess) ? () => giveBack('process') : null),
    sit: ({ workspaceId, userId, apiKeyId }) => {
      const workspace = `workspace ${workspaceId}`;
      const holder = `holder ${userId ?? apiKeyId ?? workspaceId}`;
      if (!takePlace(holder, limits.perHolder)) {
        return { refusal: `More than ${limits.perHolder} live connections of one person.` };
      }
      if (!takePlace(workspace, limits.perWorkspace)) {
        giveBack(holder);
        return { refusal: `More than ${limits.perWorkspace} live connections of one workspace.` };
      }
      return {
        leave: () => {
          giveBack(holder);
          giveBack(workspace);
        },
      };
    },
  };
}
