import { expect, test } from 'vitest';
import { htmlToText } from './html-to-text.ts';

test.each([
  [
    '<h1>Shipping</h1><p>Two&nbsp;days, 5&euro; &#38; free from <b>50</b>€</p>',
    'Shipping\n\nTwo days, 5€ & free from 50€',
  ],
  ['<script>alert("<p>no</p>")</script>Yes<style>p{}</style>', 'Yes'],
  ['<!-- <p>hidden</p> -->shown', 'shown'],
  ['3 < 4 and 5 > 4', '3 < 4 and 5 > 4'],
  ['<p>unclosed <b', 'unclosed'],
  ['<script>never closed', ''],
  ['&#xD800;&#0;&unknown;', '&#xD800;&#0;&unknown;'],
])('%j reads as %j', (html, text) => {
  expect(htmlToText(html)).toBe(text);
});
