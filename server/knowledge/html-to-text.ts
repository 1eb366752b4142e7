/** Elements whose content is not text to read. */
const SKIPPED = new Set(['script', 'style', 'head', 'noscript', 'template', 'svg', 'iframe', 'object']);
/** Elements that stand in the middle of a line. */
const INLINE = new Set(
  'a abbr b bdi bdo cite code data dfn em font i kbd mark q s samp small span strong sub sup time u var wbr img'.split(
    ' ',
  ),
);
const ENTITIES: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  euro: '€',
  pound: '£',
  copy: '©',
  reg: '®',
  trade: '™',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
  ntilde: 'ñ',
  rsquo: '’',
  lsquo: '‘',
  rdquo: '”',
  ldquo: '“',
  bull: '•',
  middot: '·',
  times: '×',
};

/**
 * The readable text of an HTML page, one line for each block. Broken markup gives text, never an error; the time is
 * linear in the length.
 */
export function htmlToText(html: string): string {
  let text = '';
  let position = 0;
  while (position < html.length) {
    const tagStart = html.indexOf('<', position);
    if (tagStart < 0) {
      text += html.slice(position);
      break;
    }
    text += html.slice(position, tagStart);
    if (html.startsWith('<!--', tagStart)) {
      position = endOf(html, '-->', tagStart);
      continue;
    }
    const name = /^<\/?([a-z][a-z0-9-]*)|^<[!?]/i.exec(html.slice(tagStart, tagStart + 40));
    if (!name) {
      text += '<';
      position = tagStart + 1;
      continue;
    }
    const tag = name[1]?.toLowerCase() ?? '';
    position = endOf(html, '>', tagStart);
    if (SKIPPED.has(tag) && html[tagStart + 1] !== '/') position = endOfElement(html, tag, position);
    if (!INLINE.has(tag)) text += '\n';
  }
  return decodeEntities(text)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function endOf(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found < 0 ? html.length : found + mark.length;
}

function endOfElement(html: string, tag: string, from: number): number {
  const closing = new RegExp(`</${tag}\\s*>`, 'gi');
  closing.lastIndex = from;
  const found = closing.exec(html);
  return found ? found.index + found[0].length : html.length;
}

function decodeEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex, 16);
    const isCharacter = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : whole;
  });
}
