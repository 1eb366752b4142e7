import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createClassifierCache, trainClassifier } from './classifier.ts';
import type { Label } from './map-labels.ts';

const named = (...names: string[]): Label[] => names.map((name) => ({ name }));

describe('a comment flow', () => {
  const classify = trainClassifier([
    { name: 'praise', description: 'Likes it, thanks, compliments' },
    { name: 'question', description: 'Asks something' },
    { name: 'complaint', description: 'Is unhappy, something is broken or late' },
    { name: 'spam' },
    { name: 'lead', description: 'Wants to buy or book' },
  ]);

  test.each([
    ['I love this so much 😍😍', 'praise'],
    ['thank you!!', 'praise'],
    ['Sieht super aus, wunderschön', 'praise'],
    ['Do you have this in size M?', 'question'],
    ['how much is it', 'question'],
    ['¿Cuánto cuesta el vestido?', 'question'],
    ['Do you ship to Canada?', 'question'],
    ['My order arrived broken, very disappointed 😡', 'complaint'],
    ['where is my order?? still waiting after 3 weeks', 'complaint'],
    ['Péssimo atendimento, ninguém responde', 'complaint'],
    ['Earn $5000 a week with crypto, DM me 💰', 'spam'],
    ['free followers 👉 www.followers.shop', 'spam'],
    ["I'd like to order 20 of these for my shop", 'lead'],
    ['interested, please send me the link', 'lead'],
    ['@anna look 😂', 'other'],
    ['hello', 'other'],
  ])('%s -> %s', (text, label) => {
    expect(classify(text)).toMatchObject({ label });
  });

  test.each(['', ' ', '¤¤¤', 'Ժամանակին եկավ այսօր', 'ксшфщ зывлпр', 'qxzv wkjjp vvqx'])(
    '%j is nothing it knows',
    (text) => {
      expect(classify(text).label).toBe('other');
    },
  );

  test('is surer of clear texts than of mixed ones', () => {
    const clear = classify('Absolutely love it, so beautiful 😍').confidence;
    const mixed = classify('nice but it broke, do you have another?').confidence;
    expect(clear).toBeGreaterThan(mixed);
    expect(clear).toBeGreaterThan(0.7);
  });
});

describe('labels', () => {
  test('are recognised by name in other words and other languages', () => {
    expect(trainClassifier(named('Versand', 'Beschwerde', 'Lob'))('Do you ship to Spain?').label).toBe(
      'Versand',
    );
    expect(trainClassifier(named('positive', 'negative'))('worst shop ever, never again').label).toBe(
      'negative',
    );
    expect(trainClassifier(named('order_status', 'Pricing'))('what does it cost?').label).toBe('Pricing');
    const described = [{ name: 'A', description: 'shipping and delivery' }, { name: 'B' }];
    expect(trainClassifier(described)('how long does delivery take').label).toBe('A');
  });

  test('of their own are learned from examples', () => {
    const classify = trainClassifier([
      { name: 'yoga', examples: ['when is the yoga class', 'yoga on monday?', 'vinyasa or hatha'] },
      {
        name: 'climbing',
        examples: ['is the bouldering wall open', 'climbing shoes rental', 'top rope course'],
      },
    ]);
    expect(classify('do you have a yoga class in the evening?').label).toBe('yoga');
    expect(classify('can I rent climbing shoes').label).toBe('climbing');
    expect(classify('lol 😂').label).toBe('other');
  });

  test('a known label learns from the examples of its owner', () => {
    const text = 'the glizzy grommet flarps';
    const before = trainClassifier(named('complaint', 'praise'))(text);
    const after = trainClassifier([
      { name: 'complaint', examples: ['my glizzy flarps', 'grommet flarps again', 'it flarps'] },
      { name: 'praise' },
    ])(text);
    expect(after.label).toBe('complaint');
    expect(after.scores.complaint).toBeGreaterThan(before.scores.complaint ?? 0);
  });
});

test('the same labels give the same verdicts', () => {
  const labels = [
    { name: 'praise', examples: ['so nice'] },
    { name: 'vip', description: 'members of the club' },
  ];
  const texts = ['nice!', 'is the club open for members', 'price?'];
  expect(texts.map(trainClassifier(labels))).toEqual(texts.map(trainClassifier(labels)));
});

test('a label set is trained once', () => {
  const classifierFor = createClassifierCache();
  expect(classifierFor(named('a', 'b'))).toBe(classifierFor(named('a', 'b')));
  expect(classifierFor(named('a', 'b'))).not.toBe(classifierFor(named('b', 'a')));
});

test('any text gets one of the labels, and scores that add up to one', () => {
  const classify = trainClassifier(named('praise', 'question', 'vip'));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const { label, confidence, scores } = classify(text);
      expect(Object.keys(scores)).toEqual(['praise', 'question', 'vip', 'other']);
      expect(scores).toHaveProperty(label);
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
      expect(Object.values(scores).reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 2);
    }),
  );
});
