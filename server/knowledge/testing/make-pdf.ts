import type { PDFFont, PDFPage } from 'pdf-lib';
import { PDFDocument, StandardFonts } from 'pdf-lib';

const LINE_LENGTH = 80;
const LINE_HEIGHT = 14;
const TOP = 780;

/** A PDF with one page for each text, in lines as a word processor breaks them. */
export async function makePdf(pages: readonly string[]): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  for (const text of pages) write(pdf.addPage(), text, font);
  return pdf.save();
}

function write(page: PDFPage, text: string, font: PDFFont): void {
  const lines = text
    .split('\n')
    .flatMap((line) => line.match(new RegExp(`.{1,${LINE_LENGTH}}(?:\\s|$)`, 'g')) ?? ['']);
  lines.forEach((line, index) => {
    page.drawText(line.trimEnd(), { x: 50, y: TOP - index * LINE_HEIGHT, size: 10, font });
  });
}

const THINGS = [
  'lamp',
  'chair',
  'kettle',
  'carpet',
  'mirror',
  'ladder',
  'hammer',
  'basket',
  'curtain',
  'pillow',
];
const FILLER =
  'This page describes the article, how it is packed and what to do when a part of it is missing. Keep the receipt.';

/** A catalogue of so many pages: each has an article with a number, a price and a name of its own. */
export function cataloguePages(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const thing = THINGS[index % THINGS.length];
    const lines = [
      `Article A${1_000 + number}: the ${thing} of series ${seriesOf(index)}.`,
      `The ${thing} ${seriesOf(index)} costs ${number * 3} euros and weighs ${number} kilograms.`,
      ...Array.from({ length: 8 }, (_each, line) => `${FILLER} Paragraph ${line + 1} of page ${number}.`),
    ];
    return lines.join('\n');
  });
}

/** A word that no other page has. */
export function seriesOf(index: number): string {
  const letters = 'bdfgklmnprstvz';
  const vowels = 'aeiou';
  let word = '';
  let rest = index + 1_000;
  for (let syllable = 0; syllable < 3; syllable++) {
    word += letters[rest % letters.length];
    rest = Math.floor(rest / letters.length) + syllable;
    word += vowels[rest % vowels.length];
    rest = Math.floor(rest / vowels.length) + index;
  }
  return `${word}x${index}`;
}
