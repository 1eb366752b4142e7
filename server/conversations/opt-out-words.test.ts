import { describe, expect, it } from 'vitest';
import { DEFAULT_OPT_OUT_WORDS, optOutMatcher } from './opt-out-words.ts';

const wish = optOutMatcher(DEFAULT_OPT_OUT_WORDS);

describe('a whole message', () => {
  it.each([
    'stop',
    'STOP',
    ' Stop. ',
    '"stop"',
    'STOP!!! 🙏',
    '¡Baja!',
    'ABMELDEN',
    'Opt-Out',
    'opt  out',
    'désabonner',
    'de\u0301sabonner',
    'ＳＴＯＰ',
    'стоп',
    'إلغاء الاشتراك',
    '停止',
    '수신거부',
    'Abonelikten çık',
  ])('%j asks for silence', (text) => expect(wish(text)).toBe('stop'));

  it.each(['start', 'START!', 'Anmelden', 's’abonner', 'старт'])('%j undoes it', (text) => {
    expect(wish(text)).toBe('start');
  });

  it.each([
    '',
    '!!!',
    '🛑',
    'no',
    'cancel',
    'end',
    'please stop by the shop',
    'do you stop at 6?',
    "don't stop",
    'stopwatch',
    'when do you start',
    `stop ${'!'.repeat(200)}`,
  ])('%j is a message like any other', (text) => expect(wish(text)).toBeNull());

  it('goes by the words of the workspace', () => {
    const own = optOutMatcher({ stop: ['Ruhe bitte'], start: ['Weiter', '!'] });
    expect(['ruhe bitte!', 'stop', 'weiter', '?'].map(own)).toEqual(['stop', null, 'start', null]);
  });
});
