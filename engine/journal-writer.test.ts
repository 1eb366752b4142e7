import { describe, expect, it } from 'vitest';
import type { JournalEntry } from './journal.ts';
import { JournalWriter } from './journal-writer.ts';

const entry = (nodeId: string): JournalEntry => ({
  type: 'step',
  step: { nodeId, status: 'succeeded', attempt: 1 },
});

/** A journal whose writes end when the test says so. */
function slowJournal() {
  const writes: string[] = [];
  const open: { succeed: () => void; fail: (error: Error) => void }[] = [];
  const write = (entries: JournalEntry[]) => {
    writes.push(entries.map((one) => (one.type === 'step' ? one.step.nodeId : one.type)).join(' '));
    return new Promise<void>((resolve, reject) => open.push({ succeed: resolve, fail: reject }));
  };
  return { writes, open, writer: new JournalWriter({ write }) };
}

describe('JournalWriter', () => {
  it('writes one after the other, and what came in meanwhile together', async () => {
    const { writer, writes, open } = slowJournal();
    const flushed = ['a', 'b', 'c'].map((id) => {
      writer.hold(entry(id));
      return writer.flush();
    });
    expect(writes).toEqual(['a']);
    open[0]!.succeed();
    await flushed[0];
    await Promise.resolve();
    expect(writes).toEqual(['a', 'b c']);
    open[1]!.succeed();
    await Promise.all(flushed);
  });

  it('has nothing to write when nothing is held', async () => {
    const { writer, writes } = slowJournal();
    await writer.flush();
    expect(writes).toEqual([]);
  });

  it('writes nothing more once a write has failed', async () => {
    const { writer, writes, open } = slowJournal();
    writer.hold(entry('a'));
    const first = writer.flush();
    writer.hold(entry('b'));
    const second = writer.flush();
    open[0]!.fail(new Error('disk full'));
    await expect(first).rejects.toThrow('disk full');
    await expect(second).rejects.toThrow('disk full');
    await expect(writer.flush()).rejects.toThrow('disk full');
    expect(writes).toEqual(['a']);
  });
});
