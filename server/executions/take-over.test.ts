import { describe, expect, it } from 'vitest';
import { GONE_AFTER_MS } from './presence.ts';
import type { BeatWatch } from './take-over.ts';
import { watchBeats } from './take-over.ts';

describe('a process is gone', () => {
  it('when its beat has stood still for long enough by the watcher’s clock', () => {
    const watch: BeatWatch = new Map();
    expect(watchBeats(watch, [{ id: 'a', beat: 5 }], 1_000)).toEqual([]);
    expect(watchBeats(watch, [{ id: 'a', beat: 5 }], 1_000 + GONE_AFTER_MS - 1)).toEqual([]);
    expect(watchBeats(watch, [{ id: 'a', beat: 5 }], 1_000 + GONE_AFTER_MS)).toEqual([{ id: 'a', beat: 5 }]);
  });

  it('not while its beat moves, in whatever direction', () => {
    const watch: BeatWatch = new Map();
    watchBeats(watch, [{ id: 'a', beat: 5 }], 0);
    watchBeats(watch, [{ id: 'a', beat: 6 }], GONE_AFTER_MS - 1);
    expect(watchBeats(watch, [{ id: 'a', beat: 6 }], GONE_AFTER_MS + 1)).toEqual([]);
    expect(watchBeats(watch, [{ id: 'a', beat: 2 }], 3 * GONE_AFTER_MS)).toEqual([]);
  });

  it('not by what was known of one that left in between', () => {
    const watch: BeatWatch = new Map();
    watchBeats(watch, [{ id: 'a', beat: 1 }], 0);
    watchBeats(watch, [], 100);
    expect(watchBeats(watch, [{ id: 'a', beat: 1 }], GONE_AFTER_MS + 1)).toEqual([]);
  });
});
