import { z } from 'zod';
import { NodeError } from './errors.ts';
import { isWithinHours, parseHours } from './hours.ts';
import { matchesPattern, patternProblem } from './pattern.ts';
import { isTemplate } from './templates.ts';

/** What a condition can ask, with the words of the form. */
export const OPERATORS = {
  equals: 'is',
  not_equals: 'is not',
  contains: 'contains',
  not_contains: 'does not contain',
  starts_with: 'starts with',
  ends_with: 'ends with',
  matches: 'matches (pattern)',
  greater_than: 'is greater than',
  less_than: 'is less than',
  at_least: 'is at least',
  at_most: 'is at most',
  is_empty: 'is empty',
  is_not_empty: 'is not empty',
  is_one_of: 'is one of',
  is_true: 'is true',
  is_false: 'is false',
  before: 'is before (date)',
  after: 'is after (date)',
  between_hours: 'is between hours',
} as const;

export type Operator = keyof typeof OPERATORS;

/** Operators that look at the value alone. */
export const UNARY_OPERATORS: readonly Operator[] = ['is_empty', 'is_not_empty', 'is_true', 'is_false'];

const operatorNames = Object.keys(OPERATORS) as [Operator, ...Operator[]];

/**
 * One condition: `{value: '{{ steps.classify.output.label }}', operator: 'equals', compare: 'lead'}`. Text is compared
 * without regard to case and outer blanks. `between_hours` compares with `Mon-Fri 09:00-17:00 Europe/Berlin` (engine/hours.ts)
 * and takes the present moment when the value is empty; `is_one_of` takes a list or `a, b, c`.
 */
export const conditionSchema = z
  .object({
    value: z
      .unknown()
      .optional()
      .meta({ title: 'Value', raw: true, placeholder: '{{ trigger.comment.text }}' }),
    operator: z.enum(operatorNames).meta({ title: 'Comparison', template: false }),
    compare: z.unknown().optional().meta({ title: 'Compare with', raw: true }),
  })
  .superRefine((condition, context) => {
    const problem = compareProblem(condition.operator, condition.compare);
    if (problem) context.addIssue({ code: 'custom', path: ['compare'], message: problem });
  });

const conditionsSchema = z.array(conditionSchema).max(50);

/** Conditions of which all, or any, must hold. An empty `all` holds, an empty `any` does not. */
export const conditionGroupSchema = z
  .union([z.object({ all: conditionsSchema }), z.object({ any: conditionsSchema })])
  .meta({ title: 'Conditions', widget: 'conditions' });

export type Condition = z.output<typeof conditionSchema>;
export type ConditionGroup = z.output<typeof conditionGroupSchema>;

/**
 * Whether a rendered group holds. `now` is what `between_hours` takes for an empty value.
 * @throws NodeError `bad_condition` when a pattern, date or span of hours can't be read
 */
export function evaluateConditions(group: ConditionGroup, now: Date = new Date()): boolean {
  return 'all' in group
    ? group.all.every((condition) => evaluateCondition(condition, now))
    : group.any.some((condition) => evaluateCondition(condition, now));
}

/** Whether one rendered condition holds. @throws NodeError `bad_condition` */
export function evaluateCondition({ value, operator, compare }: Condition, now: Date): boolean {
  switch (operator) {
    case 'equals':
      return isSame(value, compare);
    case 'not_equals':
      return !isSame(value, compare);
    case 'contains':
      return contains(value, compare);
    case 'not_contains':
      return !contains(value, compare);
    case 'starts_with':
      return comparable(value).startsWith(comparable(compare));
    case 'ends_with':
      return comparable(value).endsWith(comparable(compare));
    case 'matches':
      return readable('matches', compare, () => matchesPattern(textOf(compare), textOf(value)));
    case 'greater_than':
      return compareNumbers(value, compare, (left, right) => left > right);
    case 'less_than':
      return compareNumbers(value, compare, (left, right) => left < right);
    case 'at_least':
      return compareNumbers(value, compare, (left, right) => left >= right);
    case 'at_most':
      return compareNumbers(value, compare, (left, right) => left <= right);
    case 'is_empty':
      return isEmpty(value);
    case 'is_not_empty':
      return !isEmpty(value);
    case 'is_one_of':
      return listOf(compare).some((item) => isSame(value, item));
    case 'is_true':
      return isTrue(value);
    case 'is_false':
      return !isTrue(value);
    case 'before':
      return compareDates(value, compare, (left, right) => left < right);
    case 'after':
      return compareDates(value, compare, (left, right) => left > right);
    case 'between_hours':
      return isBetweenHours(value, compare, now);
    default:
      throw new Error(`Unknown operator ${operator satisfies never}.`);
  }
}

/** Found while a flow is written, not when a comment comes in. Templates can only be judged once rendered. */
function compareProblem(operator: Operator, compare: unknown): string | null {
  if (typeof compare !== 'string' || isTemplate(compare)) return null;
  if (operator === 'matches') {
    const problem = patternProblem(compare);
    return problem && `This is no valid pattern: ${problem}.`;
  }
  if (operator !== 'between_hours') return null;
  try {
    parseHours(compare);
    return null;
  } catch (error) {
    return `These are no valid hours: ${messageOf(error)}.`;
  }
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function comparable(value: unknown): string {
  return textOf(value).trim().normalize('NFC').toLowerCase();
}

/** As numbers when both are, else as text. */
function isSame(left: unknown, right: unknown): boolean {
  const [leftNumber, rightNumber] = [numberOf(left), numberOf(right)];
  if (leftNumber !== undefined && rightNumber !== undefined) return leftNumber === rightNumber;
  return comparable(left) === comparable(right);
}

/** A list contains an equal item, a text a part. */
function contains(value: unknown, part: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => isSame(item, part));
  return comparable(value).includes(comparable(part));
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** What is no number is neither greater nor less. */
function compareNumbers(
  left: unknown,
  right: unknown,
  holds: (left: number, right: number) => boolean,
): boolean {
  const [leftNumber, rightNumber] = [numberOf(left), numberOf(right)];
  return leftNumber !== undefined && rightNumber !== undefined && holds(leftNumber, rightNumber);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 1 || ['true', 'yes', '1'].includes(comparable(value));
}

function listOf(compare: unknown): unknown[] {
  return Array.isArray(compare) ? compare : textOf(compare).split(',');
}

/** A missing date is neither before nor after. */
function compareDates(
  left: unknown,
  right: unknown,
  holds: (left: number, right: number) => boolean,
): boolean {
  if (isEmpty(left)) return false;
  return holds(momentOf(left).getTime(), momentOf(right).getTime());
}

function isBetweenHours(value: unknown, compare: unknown, now: Date): boolean {
  const hours = readable('between_hours', compare, () => parseHours(textOf(compare)));
  return isWithinHours(hours, isEmpty(value) ? now : momentOf(value));
}

/** ISO 8601, or milliseconds since 1970. */
function momentOf(value: unknown): Date {
  const moment = new Date(numberOf(value) ?? textOf(value));
  if (!Number.isNaN(moment.getTime())) return moment;
  throw new NodeError(
    'bad_condition',
    `"${textOf(value).slice(0, 100)}" is not a date. Write one like 2026-05-31 or 2026-05-31T18:00:00Z.`,
  );
}

function readable<T>(operator: Operator, compare: unknown, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new NodeError(
      'bad_condition',
      `"${OPERATORS[operator]}" can't use "${textOf(compare).slice(0, 100)}": ${messageOf(error)}.`,
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
