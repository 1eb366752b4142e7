import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { NodeError } from './errors.ts';
import { TEMPLATE_LIMITS } from './liquid.ts';
import { renderConfig, renderTemplate, type TemplateScope, templateReferences } from './templates.ts';

const scope: TemplateScope = {
  trigger: { comment: { text: 'How much?' }, from: { username: 'mia' }, tags: ['a', 'b'], count: 3 },
  steps: {
    classify: { output: { label: 'lead', confidence: 0.9, isSure: true, passages: [{ title: 'Prices' }] } },
  },
};

describe('renderTemplate', () => {
  it('does not blame a template for a process that stood still meanwhile', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(60_000);
    expect(renderTemplate('{{ trigger.comment.text }}', scope)).toBe('How much?');
    clock.mockRestore();
  });

  it.each([
    ['plain text', 'plain text'],
    ['{{ trigger.comment.text }}', 'How much?'],
    ['{{ steps.classify.output.label | upcase }}!', 'LEAD!'],
    ['{% if trigger.count > 2 %}many{% else %}few{% endif %}', 'many'],
    ['{{ trigger.nothing.at.all }}', ''],
    ['{{ steps.skipped.output.label }}', ''],
    ['{{ trigger.tags }}', 'a, b'],
    ['{{ steps.classify.output.passages }}', '[{"title":"Prices"}]'],
    ['{% capture x %}{{ trigger.from }}{% endcapture %}{{ x }}', '{"username":"mia"}'],
    ['{{ "2026-01-05T23:30:00Z" | date: "%Y-%m-%d %H:%M" }}', '2026-01-05 23:30'],
  ])('renders %s', (template, text) => {
    expect(renderTemplate(template, scope)).toBe(text);
  });

  it.each([
    '{{ trigger.constructor }}',
    '{{ trigger.constructor.name }}',
    '{{ trigger.__proto__ }}',
    '{{ trigger["__proto__"]["toString"] }}',
    '{{ trigger.comment.text.constructor }}',
    '{{ steps.constructor }}',
    '{{ steps.hasOwnProperty }}',
    '{{ constructor }}',
  ])('shows nothing of prototypes: %s', (template) => {
    expect(renderTemplate(template, scope)).toBe('');
  });

  it('does not render what it has rendered', () => {
    const trigger = { comment: { text: '{{ trigger.secret }}' }, secret: 'hidden' };
    expect(renderTemplate('{{ trigger.comment.text }}', { trigger, steps: {} })).toBe('{{ trigger.secret }}');
  });

  it.each([
    ['an open tag', '{{ trigger.comment'],
    ['an unknown filter', '{{ trigger.count | shell }}'],
    ['an unknown tag', '{% include "secrets" %}'],
    ['an endless loop', '{% for i in (1..1000000000) %}x{% endfor %}'],
    [
      'loops in loops',
      '{% for i in (1..2000) %}{% for j in (1..2000) %}{% for k in (1..2000) %}{% endfor %}{% endfor %}{% endfor %}',
    ],
    ['a huge result', '{% for i in (1..9000) %}{{ "0123456789012345678901234567890123456789" }}{% endfor %}'],
    ['a huge template', `{{ 1 }}${'x'.repeat(TEMPLATE_LIMITS.textLength)}`],
  ])('refuses %s with a NodeError', (_, template) => {
    expect(() => renderTemplate(template, scope)).toThrow(NodeError);
  });
});

describe('renderConfig', () => {
  const schema = z.object({
    text: z.string(),
    pattern: z.string().meta({ template: false }).optional(),
    value: z.unknown().meta({ raw: true }),
    count: z.number().default(1),
    isUrgent: z.boolean().optional(),
    data: z.record(z.string(), z.unknown()).optional(),
    labels: z
      .array(z.object({ name: z.string(), code: z.string().optional().meta({ template: false }) }))
      .optional(),
  });
  const render = (config: Record<string, unknown>) => renderConfig(config, schema, scope);

  it('returns a config without templates as it is', () => {
    const config = { text: 'Hi', labels: [{ name: 'a' }] };
    expect(render(config)).toBe(config);
  });

  it('renders strings at any depth and leaves the config alone', () => {
    const config = { text: 'Hi', labels: [{ name: '{{ trigger.from.username }}' }, { name: 'b' }] };
    expect(render(config)).toEqual({ text: 'Hi', labels: [{ name: 'mia' }, { name: 'b' }] });
    expect(config.labels[0]!.name).toBe('{{ trigger.from.username }}');
  });

  it('takes fields marked template: false literally', () => {
    const config = {
      text: '{{ trigger.count }}',
      pattern: '{{ x }}',
      labels: [{ name: 'a', code: '{{ y }}' }],
    };
    expect(render(config)).toEqual({ ...config, text: '3' });
  });

  it.each([
    ['raw', 'value', '{{ steps.classify.output }}', scope.steps.classify!.output],
    ['raw with a filter', 'value', '{{ trigger.tags | first }}', 'a'],
    ['raw and missing', 'value', '{{ trigger.nothing }}', undefined],
    ['raw inside other text', 'value', '{{ trigger.count }} times', '3 times'],
    ['a number', 'count', '{{ trigger.count }}', 3],
    ['a number that is text', 'count', '{{ "7" }}', 7],
    ['a missing number', 'count', '{{ trigger.nothing }}', undefined],
    ['a boolean', 'isUrgent', '{{ steps.classify.output.isSure }}', true],
    ['a boolean that is text', 'isUrgent', '{% if trigger.count > 1 %}true{% else %}false{% endif %}', true],
    ['an object', 'data', '{{ trigger.from }}', { username: 'mia' }],
    ['a text', 'text', '{{ trigger.count }}', '3'],
  ])('gives %s its value', (_, field, template, value) => {
    expect(render({ [field]: template })).toEqual({ [field]: value });
  });

  it('names the field of a template that fails', () => {
    expect(() => render({ text: 'x', labels: [{ name: 'a' }, { name: '{{ x | nope }}' }] })).toThrow(
      expect.objectContaining({ code: 'template_failed', field: 'config.labels[1].name', retryable: false }),
    );
  });

  it('picks the hints of the option that a union is in', () => {
    const union = z.object({
      mode: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('text'), body: z.string() }),
        z.object({ kind: z.literal('code'), body: z.string().meta({ template: false }) }),
      ]),
    });
    const body = '{{ trigger.count }}';
    expect(renderConfig({ mode: { kind: 'text', body } }, union, scope)).toEqual({
      mode: { kind: 'text', body: '3' },
    });
    expect(renderConfig({ mode: { kind: 'code', body } }, union, scope)).toEqual({
      mode: { kind: 'code', body },
    });
  });
});

describe('templateReferences', () => {
  it('names the steps and paths that a template reads', () => {
    const text =
      '{{ steps.classify.output.label }} {% for p in steps["look-up"].output %}{{ p.title }}{% endfor %}{{ trigger.comment.text }}';
    expect(templateReferences(text)).toEqual({
      steps: ['classify', 'look-up'],
      paths: [
        ['steps', 'classify', 'output', 'label'],
        ['steps', 'look-up', 'output'],
        ['trigger', 'comment', 'text'],
      ],
    });
  });

  it('cuts a path where only the run knows how it goes on', () => {
    expect(templateReferences('{{ steps[trigger.kind].output }}').steps).toEqual([]);
  });

  it('refuses bad syntax', () => {
    expect(() => templateReferences('{{ a | }')).toThrow(NodeError);
  });
});
