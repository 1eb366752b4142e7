import { describe, expect, it } from 'vitest';
import { readCommandLine } from './command-line.ts';

describe('the command line', () => {
  it.each([
    [['doctor'], { name: 'doctor', json: false }],
    [['doctor', '--json'], { name: 'doctor', json: true }],
    [['status'], { name: 'status', json: false }],
    [['rotate-key'], { name: 'rotate-key' }],
    [['backup', 'a.backup'], { name: 'backup', file: 'a.backup' }],
    [
      ['restore', 'a.backup', '--replace'],
      { name: 'restore', file: 'a.backup', replace: true, resume: false },
    ],
    [['restore', '--resume', 'a.backup'], { file: 'a.backup', replace: false, resume: true }],
    [['restore', 'a', '--secrets-to', 'b'], { file: 'a', secretsTo: 'b', forgetTokens: false }],
  ])('%j is understood', (given, command) => {
    expect(readCommandLine(given)).toMatchObject({ kind: 'run', command });
  });

  it.each([
    [['docter'], 'There is no command docter. The commands are doctor, status, rotate-key, backup, restore.'],
    [['toString'], 'There is no command toString.'],
    [['doctor', '--jsno'], "Unknown option '--jsno'. See npm run cli -- doctor --help."],
    [['doctor', 'now'], 'doctor does not take "now".'],
    [['backup'], 'backup needs a <file>.'],
    [['backup', 'a', 'b'], 'backup does not take "b".'],
    [['restore', 'a', '--secrets-to'], "Option '--secrets-to <value>' argument missing."],
    [['restore', 'a', '--replace=yes'], "Option '--replace' does not take an argument."],
  ])('%j is refused in one line', (given, line) => {
    const answer = readCommandLine(given);
    expect(answer).toEqual({ kind: 'mistake', line: expect.stringContaining(line) });
    expect(answer.kind === 'mistake' && answer.line).not.toContain('\n');
  });

  it.each([[[]], [['--help']], [['help']], [['-h']]])('%j shows every command', (given) => {
    const answer = readCommandLine(given);
    expect(answer.kind).toBe('help');
    for (const name of ['doctor', 'status', 'rotate-key', 'backup', 'restore']) {
      expect(answer).toMatchObject({ text: expect.stringContaining(`  ${name} `) });
    }
  });

  it.each(['doctor', 'status', 'rotate-key', 'backup', 'restore'])('%s explains itself', (name) => {
    const text = expect.stringContaining(`npm run cli -- ${name}`);
    expect(readCommandLine([name, '--help'])).toEqual({ kind: 'help', text });
  });
});
