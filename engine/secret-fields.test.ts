import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HIDDEN, hideSecrets } from './secret-fields.ts';

const header = z.object({ name: z.string(), value: z.string().default('').meta({ secret: true }) });
const schema = z.object({
  url: z.string(),
  headers: z.array(header).default([]),
  token: z.string().optional().meta({ secret: true }),
});

describe('secrets of a config', () => {
  it('are hidden wherever they stand, the rest stays', () => {
    const config = {
      url: 'https://a.example',
      headers: [{ name: 'Authorization', value: 'Bearer x' }],
      token: 't',
    };
    expect(hideSecrets(config, schema)).toEqual({
      url: 'https://a.example',
      headers: [{ name: 'Authorization', value: HIDDEN }],
      token: HIDDEN,
    });
  });

  it('that are empty are shown as empty', () => {
    expect(hideSecrets({ url: '', headers: [], token: '' }, schema)).toEqual({
      url: '',
      headers: [],
      token: '',
    });
  });

  it('cost nothing where a schema has none', () => {
    const config = { url: 'https://a.example' };
    expect(hideSecrets(config, z.object({ url: z.string() }))).toBe(config);
  });
});
