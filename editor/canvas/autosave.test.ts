import { describe, expect, it } from 'vitest';
import type { SaveResult, SaveState } from './autosave.ts';
import { Autosave } from './autosave.ts';
import type { FlowContent } from './flow-store.ts';
import { testGraph } from './testing/node-types.ts';

/** A server with one flow and optimistic locking, and timers that fire when the test says so. */
function openAutosave() {
  const server = { content: content('start'), revision: 1, online: true, requests: 0 };
  const states: SaveState[] = [];
  const pending = new Set<() => void>();
  const gate: { hold: Promise<void> | null } = { hold: null };
  const autosave = new Autosave<null>({
    revision: 1,
    content: server.content,
    save: async (next, revision): Promise<SaveResult<null>> => {
      server.requests++;
      await gate.hold;
      if (!server.online) return { kind: 'offline' };
      if (revision !== server.revision) return { kind: 'conflict' };
      server.content = next;
      server.revision++;
      return { kind: 'saved', revision: server.revision, saved: null };
    },
    onState: (state) => states.push(state),
    timers: {
      set: (run) => {
        pending.add(run);
        return run;
      },
      clear: (timer) => {
        for (const run of pending) if (run === timer) pending.delete(run);
      },
    },
  });
  const fireTimers = async () => {
    for (const run of [...pending]) {
      pending.delete(run);
      run();
    }
    await autosave.flush();
  };
  return { autosave, server, states, pending, fireTimers, gate };
}

function content(name: string): FlowContent {
  return { name, graph: testGraph() };
}

describe('autosave', () => {
  it('joins changes into one request with the newest content', async () => {
    const { autosave, server, fireTimers, states } = openAutosave();
    autosave.changed(content('a'));
    autosave.changed(content('b'));
    await fireTimers();
    expect(server).toMatchObject({ requests: 1, revision: 2, content: { name: 'b' } });
    expect(states).toEqual(['unsaved', 'saving', 'saved']);
  });

  it('saves what changed while a save was under way', async () => {
    const { autosave, server, gate } = openAutosave();
    const held = Promise.withResolvers<void>();
    gate.hold = held.promise;
    autosave.changed(content('a'));
    const flushed = autosave.flush();
    autosave.changed(content('b'));
    held.resolve();
    expect(await flushed).toBe(true);
    expect(server).toMatchObject({ requests: 2, revision: 3, content: { name: 'b' } });
  });

  it('stops at a conflict and overwrites nothing until a person chose', async () => {
    const { autosave, server, states, pending, fireTimers } = openAutosave();
    server.revision = 7;
    server.content = content('theirs');
    autosave.changed(content('mine'));
    await fireTimers();
    autosave.changed(content('mine too'));
    expect(pending.size).toBe(0);
    expect(await autosave.flush()).toBe(false);
    expect(states.at(-1)).toBe('conflict');
    expect(server.content.name).toBe('theirs');

    expect(await autosave.keepMine(7)).toBe(true);
    expect(server).toMatchObject({ revision: 8, content: { name: 'mine too' } });
    expect(states.at(-1)).toBe('saved');
  });

  it('goes on from the content that was loaded instead', async () => {
    const { autosave, server, fireTimers } = openAutosave();
    server.revision = 7;
    autosave.changed(content('mine'));
    await fireTimers();
    autosave.adopt(content('theirs'), 7);
    expect(autosave.hasUnsavedChanges).toBe(false);
    autosave.changed(content('edited'));
    await fireTimers();
    expect(server.content.name).toBe('edited');
  });

  it('tries again after the connection was lost', async () => {
    const { autosave, server, states, pending, fireTimers } = openAutosave();
    server.online = false;
    autosave.changed(content('a'));
    await autosave.flush();
    expect(states.at(-1)).toBe('offline');
    expect(pending.size).toBe(1);
    server.online = true;
    await fireTimers();
    expect(server.content.name).toBe('a');
    expect(states.at(-1)).toBe('saved');
  });

  it('sends nothing when a change was undone before it was saved', async () => {
    const { autosave, server, pending } = openAutosave();
    const start = server.content;
    autosave.changed(content('a'));
    autosave.changed(start);
    expect(pending.size).toBe(0);
    expect(await autosave.flush()).toBe(true);
    expect(server.requests).toBe(0);
  });
});
