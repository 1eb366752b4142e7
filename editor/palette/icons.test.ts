import { Box } from 'lucide-react';
import { expect, it } from 'vitest';
import { builtinNodes } from '../../nodes/catalogue.ts';
import { iconNamed } from './icons.ts';

it('has an icon for every step that ships', () => {
  const names = builtinNodes.map(({ description }) => description.icon);
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => iconNamed(name) === Box)).toEqual([]);
});
