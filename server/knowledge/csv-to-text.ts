const QUESTION_HEADINGS = new Set(['question', 'questions', 'q', 'frage', 'pregunta', 'pergunta', 'domanda']);

/**
 * A table as text: one paragraph a row. Under a heading row, `column: value` a line; a row of questions and answers
 * becomes the question and, on the next line, what stands in the other columns.
 */
export function csvToText(csv: string): string {
  const [header, ...rows] = parseCsv(csv);
  if (!header) return '';
  if (rows.length === 0) return header.join(' ').trim();
  const headings = header.map((heading) => heading.trim());
  const question = questionColumn(header);
  return rows
    .map((row) => (question >= 0 ? faqEntry(row, question) : tableEntry(headings, row)))
    .filter((entry) => entry !== '')
    .join('\n\n');
}

function faqEntry(row: string[], question: number): string {
  const pair = pairOf(row, question);
  return `${pair.question}\n${pair.answer}`.trim();
}

function pairOf(row: string[], question: number): { question: string; answer: string } {
  const answers = row.filter((value, index) => index !== question && value.trim() !== '');
  return {
    question: (row[question] ?? '').replace(/\s+/g, ' ').trim(),
    answer: answers.map((value) => value.trim()).join('\n'),
  };
}

/** The questions of a table whose heading row names them, each with what stands in the other columns. */
export function faqPairs([header, ...rows]: string[][]): { question: string; answer: string }[] {
  const column = questionColumn(header ?? []);
  if (column < 0) return [];
  return rows.map((row) => pairOf(row, column)).filter((pair) => pair.question !== '' && pair.answer !== '');
}

const questionColumn = (header: string[]) =>
  header.findIndex((heading) => QUESTION_HEADINGS.has(heading.trim().toLowerCase()));

function tableEntry(headings: string[], row: string[]): string {
  return row
    .map((value, index) => ({ heading: headings[index] ?? '', value: value.trim() }))
    .filter(({ value }) => value !== '')
    .map(({ heading, value }) => (heading ? `${heading}: ${value}` : value))
    .join('\n');
}

/** RFC 4180, with the separator (`,` `;` or tab) that the first line has most of. */
export function parseCsv(csv: string): string[][] {
  const separator = separatorOf(csv);
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  const endRow = () => {
    row.push(field);
    if (row.some((value) => value !== '')) rows.push(row);
    row = [];
    field = '';
  };
  for (let position = 0; position < csv.length; position++) {
    const character = csv[position]!;
    if (quoted) {
      if (character !== '"') field += character;
      else if (csv[position + 1] === '"') field += csv[++position];
      else quoted = false;
    } else if (character === '"' && field === '') quoted = true;
    else if (character === separator) {
      row.push(field);
      field = '';
    } else if (character === '\n') endRow();
    else if (character !== '\r') field += character;
  }
  endRow();
  return rows;
}

function separatorOf(csv: string): string {
  const firstLine = csv.slice(0, csv.indexOf('\n') < 0 ? undefined : csv.indexOf('\n'));
  const counts = [',', ';', '\t'].map((mark) => ({ mark, count: firstLine.split(mark).length }));
  return counts.reduce((best, each) => (each.count > best.count ? each : best)).mark;
}
