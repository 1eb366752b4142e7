import { expect, test } from 'vitest';
import { createProgress } from './progress.ts';

function written(isTTY: boolean): {
  lines: string[];
  progress: ReturnType<typeof createProgress>['progress'];
} {
  const lines: string[] = [];
  const write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
  return { lines, progress: createProgress({ isTTY, write }).progress };
}

test('where nobody watches, a line at every quarter', () => {
  const { lines, progress } = written(false);
  for (let done = 1; done <= 10; done++) progress(done, 10, 'rows');
  expect(lines).toEqual(['rows 3/10\n', 'rows 5/10\n', 'rows 8/10\n', 'rows 10/10\n']);
});

test('on a terminal the last line is always drawn, over the one before', () => {
  const { lines, progress } = written(true);
  for (let done = 1; done <= 10; done++) progress(done, 10, 'rows');
  expect(lines.at(-1)).toBe('rows 10/10');
  expect(lines.join('')).not.toContain('\n');
});
