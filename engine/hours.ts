/** A span of the day, on some days of the week, in a time zone. */
export type Hours = {
  /** 0 Sunday to 6 Saturday; a span past midnight belongs to the day on which it starts. */
  days: ReadonlySet<number>;
  fromMinute: number;
  /** Not included. At or before `fromMinute`: the span goes past midnight. */
  toMinute: number;
  timeZone: string;
};

const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const SHAPE = /^(?:([a-z ,-]+)\s+)?(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})(?:\s+([A-Za-z0-9_+/-]+))?$/i;
const DAY_MINUTES = 24 * 60;

/**
 * Reads `18:00-09:00`, `09:00-17:00 Europe/Berlin` or `Mon-Fri 09:00-17:00 Europe/Berlin` (days also as `Sat,Sun`). Without
 * days every day, without a time zone UTC.
 * @throws Error that says what is wrong with it
 */
export function parseHours(text: string): Hours {
  const parts = SHAPE.exec(text.trim());
  if (!parts) throw new Error(`"${text}" is not like "Mon-Fri 09:00-17:00 Europe/Berlin"`);
  const [, days, fromHour, fromMinute, toHour, toMinute, timeZone = 'UTC'] = parts;
  return {
    days: days ? parseDays(days) : new Set([0, 1, 2, 3, 4, 5, 6]),
    fromMinute: minuteOfDay(fromHour!, fromMinute!),
    toMinute: minuteOfDay(toHour!, toMinute!),
    timeZone: checkedTimeZone(timeZone),
  };
}

/** Whether a moment lies in the span. */
export function isWithinHours(hours: Hours, moment: Date): boolean {
  const { day, minute } = localTime(moment, hours.timeZone);
  const { days, fromMinute, toMinute } = hours;
  if (fromMinute < toMinute) return days.has(day) && minute >= fromMinute && minute < toMinute;
  const yesterday = (day + 6) % 7;
  return (days.has(day) && minute >= fromMinute) || (days.has(yesterday) && minute < toMinute);
}

function parseDays(text: string): Set<number> {
  const days = new Set<number>();
  for (const part of text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)) {
    const [first, last = first] = part.split('-').map(dayNumber);
    for (let day = first!; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === last) break;
    }
  }
  return days;
}

function dayNumber(name: string): number {
  const day = name.length < 3 ? -1 : DAY_NAMES.indexOf(name.slice(0, 3));
  if (day === -1) throw new Error(`"${name}" is not a day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun`);
  return day;
}

function minuteOfDay(hour: string, minute: string): number {
  const total = Number(hour) * 60 + Number(minute);
  if (Number(minute) > 59 || total > DAY_MINUTES) throw new Error(`"${hour}:${minute}" is not a time of day`);
  return total;
}

function checkedTimeZone(timeZone: string): string {
  try {
    formatOf(timeZone);
    return timeZone;
  } catch {
    throw new Error(`"${timeZone}" is not a time zone; write one like Europe/Berlin`);
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs some 50 µs, and there are about 600 zones in all. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(timeZone, format);
  return format;
}

function localTime(moment: Date, timeZone: string): { day: number; minute: number } {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(moment)
      .map((part) => [part.type, part.value]),
  );
  return {
    day: DAY_NAMES.indexOf((parts.get('weekday') ?? '').toLowerCase()),
    minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  };
}
