import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withDefaultConfig, withDefaults } from './config-defaults.ts';

const schema = z.object({
  commentId: z.string().default('{{ trigger.comment.id }}').meta({ title: 'Comment' }),
  note: z.string().default('none').optional(),
  text: z.string(),
});

describe('a config', () => {
  it('gets the defaults of the fields it leaves out, templates included', () => {
    expect(withDefaults({ text: 'Hi' }, schema)).toEqual({
      commentId: '{{ trigger.comment.id }}',
      note: 'none',
      text: 'Hi',
    });
  });

  it('keeps what it says, an empty text too', () => {
    const config = { commentId: '', note: 'mine', text: 'Hi' };
    expect(withDefaults(config, schema)).toBe(config);
  });

  it('gets nothing for a field without a default', () => {
    expect(withDefaults({}, schema)).not.toHaveProperty('text');
  });
});

it('gives a node its default config and changes nothing else', () => {
  const node = { id: 'reply', config: { text: 'Hi' } };
  expect(withDefaultConfig(node, { config: schema })).toMatchObject({
    id: 'reply',
    config: { commentId: '{{ trigger.comment.id }}', text: 'Hi' },
  });
  expect(node.config).toEqual({ text: 'Hi' });
});
