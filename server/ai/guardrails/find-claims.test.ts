import { describe, expect, test } from 'vitest';
import { unsupportedClaims } from './check-claims.ts';
import { findClaims } from './find-claims.ts';

const claimsIn = (text: string) => findClaims(text).map(({ kind, value }) => `${kind} ${value}`);

describe('what a text states', () => {
  test.each<[string, string[]]>([
    ['It costs 20 €.', ['price 20 eur']],
    ['It costs €20.00.', ['price 20 eur']],
    ['twenty euros', ['price 20 eur']],
    ['Sie kostet 1.299,00 EUR', ['price 1299 eur']],
    ['only $1,299.00!', ['price 1299 usd']],
    ['R$ 50 no pix', ['price 50 brl']],
    ['only 20.50 today', ['price 20.5 any', 'relative_date today']],
    ['You get it for free', ['price free']],
    ['Versand ist kostenlos', ['price free']],
    ['50 % off with SAVE50', ['code save50', 'percentage 50']],
    ['fifty percent', ['percentage 50']],
    ['ninety-nine euros', ['price 99 eur']],
    ['one hundred and twenty dollars', ['price 120 usd']],
    ['two thousand five hundred pounds', ['price 2500 gbp']],
    ['nineteen euros', ['price 19 eur']],
    ['neunundneunzig Euro', ['price 99 eur']],
    ['zweihundertfünfzig Euro', ['price 250 eur']],
    ['eintausendzweihundert Euro', ['price 1200 eur']],
    ['siebzehn Prozent', ['percentage 17']],
    ['fünfunddreißig Prozent Rabatt', ['percentage 35']],
    ['twenty-one days', ['duration 21 day']],
    ['einundzwanzig Tage', ['duration 21 day']],
    ['size two, three euros', ['price 3 eur']],
    ['two three euros', ['price 3 eur']],
    ['Everything is half price', ['percentage 50']],
    ['Heute zum halben Preis', ['percentage 50']],
    ['Buy one, get one', ['price two for one']],
    ['Zwei zum Preis von einem', ['price two for one']],
    ['on March 3rd', ['date 3.3.']],
    ['am 3. März 2026', ['date 3.3.26']],
    ['2026-03-03', ['date 3.3.26']],
    ['el 3 de marzo', ['date 3.3.']],
    ['12/04/2026', ['date 12.4.26|4.12.26']],
    ['We open at 9 am', ['time 540']],
    ['bis 17:30 Uhr', ['time 1050']],
    ['10–18 Uhr', ['time 600', 'time 1080']],
    ['at 12 am', ['time 0']],
    ['am Montag', ['weekday 0']],
    ['next Monday', ['weekday 0']],
    ['It arrives tomorrow.', ['relative_date tomorrow']],
    ['Morgen ist es da.', ['relative_date tomorrow']],
    ['Übermorgen öffnen wir', ['relative_date day after tomorrow']],
    ['the day after tomorrow', ['relative_date day after tomorrow']],
    ['We are back next week', ['relative_date next week']],
    ['nächste Woche', ['relative_date next week']],
    ['bis Ende des Monats', ['relative_date end of the month']],
    ['by the end of the day', ['relative_date end of the day']],
    ['We are open today.', ['relative_date today']],
    ['Only today!', ['relative_date today']],
    ['Heute haben wir geöffnet.', ['relative_date today']],
    ['Nur diese Woche', ['relative_date this week']],
    ['Es wird heute Abend geliefert', ['relative_date today']],
    ['How can we help you today?', []],
    ['Wie können wir dir heute helfen?', []],
    ['What can we offer you today?', []],
    ['Thanks for sending us your message today!', []],
    ['Danke für deinen Anruf heute.', []],
    ['Endless love today', []],
    ['The sale ends today.', ['relative_date today']],
    ['Hab einen schönen Tag heute!', []],
    ['Enjoy this weekend!', []],
    ['Guten Morgen! Jeden Morgen frisch.', []],
    ['Morgen! Schön, dass du schreibst.', []],
    ['Abierto por la mañana', []],
    ['Saturday to Monday', ['weekday 5', 'weekday 6', 'weekday 0']],
    ['in 3 to 5 working days', ['duration 3 day', 'duration 5 day']],
    ['zwei Wochen', ['duration 2 week']],
    ['See https://www.Shop.example/a/?b=1.', ['link shop.example/a/?b=1']],
    ['evil [dot] com', ['link evil.com']],
    ['ｅｖｉｌ。ｃｏｍ', ['link evil.com']],
    ['e\u200bvil.com', ['link evil.com']],
    ['еvil.com', ['link evil.com']],
    ['Mail Hello@Shop.example', ['email hello@shop.example']],
    ['hello (at) shop.example', ['email hello@shop.example']],
    ['Call +49 (170) 123-4567', ['phone 491701234567']],
    ['ask @evil_shop.', ['handle @evil_shop']],
    ['We love it! Size 38 and 40, 2.5 stars, 24/7, e.g. this one.', []],
    ['Tenha um dia lindo', []],
    ['Ich bin so froh', []],
  ])('%s', (text, expected) => {
    expect(claimsIn(text)).toEqual(expected);
  });

  test('is read in time that grows with its length, whatever stands in it', () => {
    const hostile = [
      'one '.repeat(10_000),
      'einund'.repeat(6_000),
      'today '.repeat(6_000),
      'only today '.repeat(3_000),
      '1 '.repeat(20_000),
      'a.'.repeat(20_000),
      '1.1.'.repeat(10_000),
      '@a'.repeat(20_000),
    ];
    for (const text of hostile) expect(findClaims(text).length).toBeLessThanOrEqual(20_000);
  });
});

describe('what nothing supports', () => {
  const texts = [
    'Bags: prices in euros\nBlue bag, 49\nThe red bag costs 59.50 € (before: $80).',
    'We ship in 3 to 5 working days. We are open Monday to Friday, 9:00 to 17:30, closed on 24 December.',
    'Returns: https://shop.example/returns, hello@shop.example, 0170 1234567. Code: HELLO10 gives 10 %.',
  ];
  const unsupported = (text: string) =>
    unsupportedClaims(text, { texts, allowedDomains: ['brand.example'], username: 'mia' }).map(
      ({ kind }) => kind,
    );

  test.each(
    [
      'The blue bag costs 49 €.',
      'The blue bag costs forty-nine euros.',
      'Die blaue Tasche kostet neunundvierzig Euro.',
      '59,50 euros',
      'Open on Wednesday from 9 am to 5:30 pm.',
      'It takes 3-5 days.',
      'Geschlossen am 24. Dezember 2026.',
      'See shop.example/returns or www.shop.example.',
      'See https://brand.example/new and news.brand.example.',
      'Write to HELLO@shop.example or call 0170 123 45 67.',
      'HELLO10 gives you 10 percent.',
      'Hi @mia!',
      'Thank you so much! ❤️',
    ].filter((text) => !text.includes('+49')),
  )('supported: %s', (text) => {
    expect(unsupported(text)).toEqual([]);
  });

  test('a day that a source names in any language is supported, another one is not', () => {
    const said = (text: string, source: string) => unsupportedClaims(text, { texts: [source] }).length === 0;
    expect(said('We ship it tomorrow.', 'Sag den Leuten: Wir versenden morgen.')).toBe(true);
    expect(said('Wir versenden morgen.', 'Lo enviamos mañana.')).toBe(true);
    expect(said('Wir haben heute geöffnet.', 'Hoy abrimos a las diez.')).toBe(true);
    expect(said('We ship it tomorrow.', 'We ship it the day after tomorrow.')).toBe(false);
    expect(said('We ship it tomorrow.', 'Guten Morgen! We ship on weekdays.')).toBe(false);
  });

  test.each([
    ['The blue bag costs 45 €.', 'price'],
    ['The blue bag costs forty-five euros.', 'price'],
    ['Die blaue Tasche kostet fünfundvierzig Euro.', 'price'],
    ['Everything is half price.', 'percentage'],
    ['Alles zum halben Preis.', 'percentage'],
    ['Two for one!', 'price'],
    ['It arrives tomorrow.', 'relative_date'],
    ['Sie kommt morgen an.', 'relative_date'],
    ['You get it next week.', 'relative_date'],
    ['Wir haben heute geöffnet.', 'relative_date'],
    ['59.50 dollars', 'price'],
    ['80 €', 'price'],
    ['Shipping is free.', 'price'],
    ['Open on Sunday.', 'weekday'],
    ['Open from 8:00.', 'time'],
    ['It takes 2 days.', 'duration'],
    ['3 weeks', 'duration'],
    ['Closed on 25 December.', 'date'],
    ['See shop.example/other.', 'link'],
    ['See shop.example.evil.example.', 'link'],
    ['See brand.example@evil.example/x', 'email'],
    ['Write to mia@evil.example.', 'email'],
    ['Call 0170 7654321.', 'phone'],
    ['HELLO20', 'code'],
    ['20 % off', 'percentage'],
    ['Ask @evil.', 'handle'],
  ])('unsupported: %s', (text, kind) => {
    expect(unsupported(text)).toContain(kind);
  });
});
